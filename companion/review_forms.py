"""What people send when they decide about scores."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from scoring.oversight import LONGEST_MESSAGE, LONGEST_REASON, GivenLevel, NewScore

STUDENT_READS = "The student reads this."


class ReasonField(forms.CharField):
    """Why something of a student's was changed."""

    def __init__(self, **kwargs: Any) -> None:
        said = {"required": "State a reason; the student reads it."}
        super().__init__(max_length=LONGEST_REASON, error_messages=said, **kwargs)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A criterion on a form: its options beside the rubric's levels, and the field for the reason, if there is one."""

    criterion: Any
    field: Any
    options: tuple[tuple[Any, Any], ...]
    reason: Any
    about: Any


class LevelsForm(forms.Form):
    """A level for every criterion, and on the second look a reason beside each."""

    def __init__(
        self,
        data: Any = None,
        *,
        criteria: Sequence[Any],
        levels: Mapping[str, str] | None = None,
        about: Mapping[str, Any] | None = None,
        with_reasons: bool = False,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, prefix=prefix)
        self.criteria = criteria
        self.about = about or {}
        self.with_reasons = with_reasons
        for criterion in criteria:
            proposal = getattr(self.about.get(criterion.key), "proposal", None)
            when = "where you differ from the proposal" if proposal and proposal.level_id else "here"
            self.fields[f"level-{criterion.key}"] = forms.ChoiceField(
                label=criterion.name,
                choices=[(level.id, level.name) for level in criterion.levels],
                widget=forms.RadioSelect,
                initial=(levels or {}).get(criterion.key),
                error_messages={"required": "Choose a level."},
            )
            if with_reasons:
                self.fields[f"reason-{criterion.key}"] = forms.CharField(
                    label=f"Reason for {criterion.name}",
                    required=False,
                    max_length=LONGEST_REASON,
                    widget=forms.Textarea(attrs={"rows": 2}),
                    help_text=f"Needed {when}. {STUDENT_READS}",
                )

    @property
    def rows(self) -> list[LevelRow]:
        """The criteria in order, ready to be laid out."""
        return [self._row(criterion) for criterion in self.criteria]

    def levels(self) -> dict[str, str]:
        """Return the chosen level ids by criterion."""
        return {one.key: self.cleaned_data[f"level-{one.key}"] for one in self.criteria}

    def given(self) -> dict[str, GivenLevel]:
        """Return the chosen levels with their reasons."""
        reasons = {one.key: self.cleaned_data[f"reason-{one.key}"].strip() for one in self.criteria}
        return {key: GivenLevel(level, reasons[key]) for key, level in self.levels().items()}

    def _row(self, criterion: Any) -> LevelRow:
        field: Any = self[f"level-{criterion.key}"]
        return LevelRow(
            criterion=criterion,
            field=field,
            options=tuple(zip(field, criterion.levels, strict=True)),
            reason=self[f"reason-{criterion.key}"] if self.with_reasons else None,
            about=self.about.get(criterion.key),
        )


class PointsForm(forms.Form):
    """Points for a closed answer, and on the second look the reason for other ones than the rules gave."""

    points = forms.DecimalField(
        label="Points", max_digits=5, decimal_places=2, error_messages={"required": "Give points."}
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=f"Needed where you differ from the rules. {STUDENT_READS}",
    )

    def __init__(
        self, data: Any = None, *, maximum: Decimal, first: Decimal | None = None, with_reason: bool = False
    ) -> None:
        super().__init__(data)
        points: Any = self.fields["points"]
        points.label, points.initial = f"Points of {maximum}", first
        points.min_value, points.max_value = 0, maximum
        points.widget.attrs.update(min="0", max=str(maximum), step="0.01")
        if not with_reason:
            del self.fields["reason"]


class OverrideForm(forms.Form):
    """A person's score for a criterion or a closed question."""

    question_id = forms.UUIDField()
    criterion = forms.CharField(required=False, max_length=64)
    level = forms.CharField(required=False, max_length=64)
    score = forms.DecimalField(required=False, max_digits=5, decimal_places=2)
    reason = ReasonField()
    version = forms.CharField(max_length=32)

    def new_score(self) -> NewScore:
        """Return what is given."""
        found = self.cleaned_data
        return NewScore(found["criterion"], found["level"], found["score"])


class ReleaseForm(forms.Form):
    """Which results students may see, or all that were shown; what may be released is for the service to say."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        name = "shown" if "all" in data else "assessment"
        self.fields[name] = forms.TypedMultipleChoiceField(
            coerce=uuid.UUID, choices=[(text, text) for text in data.getlist(name) if _is_id(text)]
        )

    def chosen(self) -> list[uuid.UUID]:
        """Return the assessments whose results are to be released."""
        (found,) = self.cleaned_data.values()
        return list(found)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class RescoreForm(forms.Form):
    """Why past answers are scored anew, and whether anybody may fall."""

    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=STUDENT_READS,
        error_messages={"required": "State a reason; the students read it."},
    )
    no_loss = forms.BooleanField(label="Those who would fall keep their old score", required=False)
    confirmed = forms.BooleanField(
        label="I have looked at who would move",
        error_messages={"required": "Look at who would move, and say that you have."},
    )


class MessageForm(forms.Form):
    """A word in the thread of an appeal."""

    text = forms.CharField(
        label="Write to the student",
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write something."},
    )


class DecisionForm(forms.Form):
    """How an appeal ends: the score stands, or becomes another."""

    level = forms.ChoiceField(label="The criterion’s level", widget=forms.RadioSelect)
    score = forms.DecimalField(label="The question’s points", max_digits=5, decimal_places=2)
    reason = ReasonField(label="Reason", widget=forms.Textarea(attrs={"rows": 4}), help_text=STUDENT_READS)
    version = forms.CharField(max_length=32)

    def __init__(
        self,
        data: Any = None,
        *,
        criterion: Any = None,
        standing: str = "",
        maximum: Decimal = Decimal(0),
        score: Decimal | None = None,
    ) -> None:
        super().__init__(data)
        self.standing = standing
        self.standing_score = score
        if criterion is None:
            del self.fields["level"]
            points: Any = self.fields["score"]
            points.initial, points.min_value, points.max_value = score, 0, maximum
            points.label = f"The question’s points, of {maximum}"
            points.widget.attrs.update(min="0", max=str(maximum), step="0.01")
        else:
            del self.fields["score"]
            level: Any = self.fields["level"]
            level.choices = [(one.id, f"{one.name} – {one.description}") for one in criterion.levels]
            level.initial = standing

    def new_score(self) -> NewScore | None:
        """Return the other score; None where what was chosen is what stands."""
        found = self.cleaned_data
        if "level" in self.fields:
            return None if found["level"] == self.standing else NewScore(level=found["level"])
        return None if found["score"] == self.standing_score else NewScore(score=found["score"])
