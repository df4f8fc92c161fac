"""What the page about recommendations is narrowed by; what cannot be understood narrows nothing."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from recommendations.queries import Span

PERIODS = [("", "Ever"), ("30", "The last 30 days"), ("90", "The last 90 days"), ("365", "The last year")]


class ExposureFilters(forms.Form):
    """For which role, made since when, and whether made-up learners count."""

    synthetic = forms.BooleanField(label="Include made-up learners", required=False)
    role = forms.ChoiceField(label="Role", required=False)
    days = forms.ChoiceField(label="Made in", required=False, choices=PERIODS)

    def __init__(self, data: Any, *, roles: Sequence[tuple[uuid.UUID, str]]) -> None:
        super().__init__(data)
        role: Any = self.fields["role"]
        role.choices = [("", "Every role"), *((str(pk), name) for pk, name in roles)]

    def span(self, *, now: dt.datetime) -> Span:
        """Return the runs that were asked for."""
        self.is_valid()
        role, days = self.cleaned_data.get("role"), self.cleaned_data.get("days")
        return Span(
            role_id=uuid.UUID(role) if role else None,
            since=now - dt.timedelta(days=int(days)) if days else None,
            synthetic=bool(self.cleaned_data.get("synthetic")),
        )
