"""What the quality pages are narrowed by; what cannot be understood narrows nothing."""

from collections.abc import Sequence
from typing import Any

from django import forms

WHOLE_ESSAY = "Whole essay"


class QualityFilters(forms.Form):
    """Whether made-up learners count."""

    synthetic = forms.ChoiceField(
        label="Made-up learners",
        required=False,
        choices=[("", "While there are no others"), ("on", "Counted"), ("off", "Left out")],
    )

    def asks_for_synthetic(self) -> bool | None:
        """Return whether made-up learners are asked for; None where nothing is said."""
        self.is_valid()
        return {"on": True, "off": False}.get(self.cleaned_data.get("synthetic", ""))


class ComparisonFilters(QualityFilters):
    """Which criterion, whose scores, and which cell of their table."""

    criterion = forms.ChoiceField(label="Criterion", required=False)
    between = forms.ChoiceField(
        label="Compare",
        required=False,
        choices=[("model", "Model with person"), ("reviewers", "Reviewer with reviewer")],
    )
    marks = forms.ChoiceField(
        label="People’s marks",
        required=False,
        choices=[("blind", "Marked blind"), ("decided", "Decided after seeing the score")],
    )
    first = forms.IntegerField(required=False, min_value=0, max_value=1000, widget=forms.HiddenInput)
    second = forms.IntegerField(required=False, min_value=0, max_value=1000, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, criteria: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(data)
        criterion: Any = self.fields["criterion"]
        criterion.choices = [("", WHOLE_ESSAY), *criteria]


class FairnessFilters(QualityFilters):
    """Which key of the students' profiles makes the groups."""

    key = forms.ChoiceField(label="Groups by", required=False)

    def __init__(self, data: Any, *, keys: Sequence[str]) -> None:
        super().__init__(data)
        key: Any = self.fields["key"]
        key.choices = [("", "Choose"), *((one, one.replace("_", " ").capitalize()) for one in keys)]
