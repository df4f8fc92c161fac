"""What the page about recommendations is narrowed by; what cannot be understood narrows nothing."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from companion.enums import FiguresOf, Period
from companion.kept_figures import Wanted


class ExposureFilters(forms.Form):
    """For which role, made since when, and whether made-up learners count."""

    synthetic = forms.BooleanField(label="Include made-up learners", required=False)
    role = forms.ChoiceField(label="Role", required=False)
    days = forms.ChoiceField(label="Made in", required=False, choices=Period.choices)

    def __init__(self, data: Any, *, roles: Sequence[tuple[uuid.UUID, str]]) -> None:
        super().__init__(data)
        role: Any = self.fields["role"]
        role.choices = [("", "Every role"), *((str(pk), name) for pk, name in roles)]

    def wanted(self) -> Wanted:
        """Return the figures that were asked for."""
        self.is_valid()
        role = self.cleaned_data.get("role")
        return Wanted(
            FiguresOf.RECOMMENDATIONS,
            role_id=uuid.UUID(role) if role else None,
            synthetic=bool(self.cleaned_data.get("synthetic")),
            narrowed=self.cleaned_data.get("days") or Period.EVER,
        )
