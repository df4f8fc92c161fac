"""What advisors send: filters of the list, and feedback."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.enums import Role
from accounts.models import User
from assessments.enums import AssessmentStatus
from companion import words
from companion.queries import Filters
from recommendations.enums import Acceptance
from recommendations.services import LONGEST_COMMENT

RELEVANCE = [
    (5, "5 – spot on"),
    (4, "4 – good"),
    (3, "3 – fair"),
    (2, "2 – weak"),
    (1, "1 – beside the point"),
]


class StudentFilters(forms.Form):
    """Narrows the list of students."""

    search = forms.CharField(
        label="Student",
        max_length=100,
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": "Name or e-mail address"}),
    )

    def chosen(self) -> str:
        """Return what is searched for; nothing where that was not understood."""
        self.is_valid()
        return str(self.cleaned_data.get("search", ""))


class AssessmentFilters(forms.Form):
    """Narrows the list; what cannot be understood narrows nothing."""

    search = forms.CharField(
        label="Student",
        max_length=100,
        required=False,
        widget=forms.SearchInput(attrs={"placeholder": "Name or e-mail address"}),
    )
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Every status"), *((value, words.STATUSES[value].text) for value in AssessmentStatus)],
    )
    role = forms.ChoiceField(label="Role", required=False)
    synthetic = forms.BooleanField(label="Include made-up learners", required=False)

    def __init__(self, data: Any, *, by: User, roles: Sequence[tuple[uuid.UUID, str]]) -> None:
        super().__init__(data)
        role: Any = self.fields["role"]
        role.choices = [("", "Every role"), *((str(pk), name) for pk, name in roles)]
        if by.role != Role.ADMIN:
            del self.fields["synthetic"]

    def chosen(self) -> Filters:
        """Return the filters that were understood."""
        self.is_valid()
        found = self.cleaned_data
        return Filters(
            search=found.get("search", "").strip(),
            status=found.get("status", ""),
            role_id=uuid.UUID(found["role"]) if found.get("role") else None,
            synthetic=found.get("synthetic", False),
        )


class FeedbackForm(forms.Form):
    """What an advisor makes of a recommendation, or of one credential in it."""

    about = forms.ChoiceField(label="About", required=False)
    relevance = forms.TypedChoiceField(
        label="How relevant is it for this student?",
        choices=RELEVANCE,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a number from 1 to 5."},
    )
    acceptance = forms.ChoiceField(
        label="Your verdict",
        choices=[(value, words.ACCEPTANCES[value].text) for value in Acceptance],
        initial=Acceptance.PENDING,
        widget=forms.RadioSelect,
    )
    comments = forms.CharField(
        label="Comments",
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Other staff who look after the student can read this.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        credentials: Sequence[tuple[uuid.UUID, str]],
        needs_verdict: bool = True,
    ) -> None:
        super().__init__(data)
        for name in ("relevance", "acceptance"):
            self.fields[name].required = needs_verdict
        about: Any = self.fields["about"]
        about.choices = [("", "The whole list"), *((str(pk), title) for pk, title in credentials)]
        about.error_messages["invalid_choice"] = (
            "The list has been renewed meanwhile. Choose from the new one."
        )

    def credential_id(self) -> uuid.UUID | None:
        """Return the credential that is meant, None for the whole list."""
        about = self.cleaned_data["about"]
        return uuid.UUID(about) if about else None
