"""What a student says that they hold, and what staff decides about it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companion.pages import caller, refuse, refuse_form
from companion.pages_review import review_page
from companion.review_forms import ReasonField
from companion.words import Label
from microcred.errors import DomainError, Missing
from practice import queries as practice
from recommendations import queries, services
from recommendations.enums import ClaimDecision, ClaimState, LearnerCredentialStatus

STATES: Final[Mapping[str, Label]] = {
    ClaimState.OWN_WORD: Label("Own word", "warn"),
    ClaimState.PROVEN: Label("Proven by a badge", "good"),
    ClaimState.CONFIRMED: Label("Confirmed", "good"),
    ClaimState.REFUSED: Label("Refused", "bad"),
}
TAKEN_UP: Final = Label("Taken up", "accent")
RECORDED: Final = Label("Recorded", "good")
DONE: Final = {
    ClaimDecision.CONFIRMED: "It is confirmed, and known to be held.",
    ClaimDecision.REFUSED: "It is refused, and may be recommended again.",
    ClaimDecision.TAKE_BACK: "What was decided is taken back.",
}


class DecisionForm(forms.Form):
    """What is decided about which word of a student, in the state that was shown, and why."""

    claim = forms.UUIDField()
    decision = forms.ChoiceField(choices=ClaimDecision.choices)
    seen = forms.ChoiceField(choices=ClaimState.choices)
    reason = ReasonField(required=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A credential of a student for the page, with what may be decided about it."""

    held: queries.Held
    label: Label
    decisions: tuple[tuple[str, str], ...]


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def held(request: HttpRequest, student_id: uuid.UUID) -> HttpResponse:
    """Show what a student holds or says that they hold; a POST decides about one of their words."""
    student = practice.students_visible_to(caller(request)).filter(pk=student_id).first()
    if student is None:
        raise Http404
    if request.method == "POST":
        _decide(request, student_id)
        return redirect("advisor:student-credentials", student_id)
    lines = [_line(one) for one in queries.held_by(student_id)]
    return render(request, "advisor/held.html", {"student": student, "lines": lines})


def _decide(request: HttpRequest, student_id: uuid.UUID) -> None:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, "Nothing was decided.", place="")
        return
    given: dict[str, Any] = form.cleaned_data
    if queries.visible_claim(by=caller(request), claim_id=given["claim"]).user_id != student_id:
        raise queries.ClaimMissing("No such credential of this student.")
    decision = ClaimDecision(given["decision"])
    try:
        services.check_claim(
            by=caller(request),
            claim_id=given["claim"],
            decision=decision,
            reason=given["reason"],
            seen=given["seen"],
            now=timezone.now(),
        )
    except Missing:
        raise
    except DomainError as error:
        refuse(request, f"Nothing was decided. {error.message}", place="")
        return
    messages.success(request, DONE[decision])


def _line(one: queries.Held) -> Line:
    if one.claim is None:
        taken = one.status == LearnerCredentialStatus.ACCEPTED
        return Line(one, TAKEN_UP if taken else RECORDED, ())
    choices = {
        "": (ClaimDecision.CONFIRMED, ClaimDecision.REFUSED),
        ClaimDecision.CONFIRMED: (ClaimDecision.TAKE_BACK, ClaimDecision.REFUSED),
        ClaimDecision.REFUSED: (ClaimDecision.TAKE_BACK, ClaimDecision.CONFIRMED),
    }[one.claim.decision]
    decisions = tuple((choice.value, str(choice.label)) for choice in choices)
    return Line(one, STATES[one.claim.state], decisions)
