"""Correcting summaries of sessions, and having them count no more."""

from collections.abc import Sequence
from typing import Any

from django import forms

from companion.review_forms import ReasonField
from companion.session_summaries import Session
from tutoring.services import LONGEST_NARRATIVE, LONGEST_STEP, MOST_NAMED, Words


class StepsField(forms.CharField):
    """What the student does next, a step in each line."""

    def clean(self, value: Any) -> list[str]:
        """Return the steps. Raises ValidationError for too many, or one that is too long."""
        steps = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(steps) > MOST_NAMED:
            raise forms.ValidationError(f"There are at most {MOST_NAMED} next steps.")
        if any(len(step) > LONGEST_STEP for step in steps):
            raise forms.ValidationError(f"A next step has at most {LONGEST_STEP} characters.")
        return steps


class CorrectionForm(forms.Form):
    """What a summary is to say from now on, and why."""

    narrative = forms.CharField(
        label="Summary",
        required=False,
        max_length=LONGEST_NARRATIVE,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    steps = StepsField(
        label="Next steps, one in each line", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    topics = forms.MultipleChoiceField(label="Worked on", required=False, widget=forms.CheckboxSelectMultiple)
    reason = ReasonField(label="Reason, for the student to read")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, session: Session, skills: Sequence[tuple[str, str]], data: Any = None) -> None:
        self._session = session
        super().__init__(
            data,
            initial={
                "narrative": session.narrative,
                "steps": "\n".join(step.text for step in session.steps),
                "topics": [topic.key for topic in session.topics],
                "version": session.version,
            },
        )
        topics: Any = self.fields["topics"]
        topics.choices = skills

    def clean_topics(self) -> list[str]:
        """Return the skills. Raises ValidationError for too many."""
        topics: list[str] = self.cleaned_data["topics"]
        if len(topics) > MOST_NAMED:
            raise forms.ValidationError(f"There are at most {MOST_NAMED} skills.")
        return topics

    def words(self) -> Words:
        """Return what is to be different; a step that stays keeps its skill."""
        said = self.cleaned_data
        skills = {step.text: step.skill for step in self._session.steps}
        narrative = " ".join(said["narrative"].split())
        changed = set(self.changed_data)
        return Words(
            narrative=narrative if narrative != " ".join(self._session.narrative.split()) else None,
            topics=said["topics"] if "topics" in changed else None,
            steps=[(text, skills.get(text)) for text in said["steps"]]
            if said["steps"] != [step.text for step in self._session.steps]
            else None,
        )


class WithdrawalForm(forms.Form):
    """Why a summary is to count no more."""

    prefix = "withdraw"
    reason = ReasonField(label="Reason, for staff to read")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, session: Session, data: Any = None) -> None:
        super().__init__(data, initial={"version": session.version})
