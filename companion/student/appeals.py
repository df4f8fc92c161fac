"""A student's appeals: making one, reading their threads, writing into them."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from companion.pages import caller, page_asked, refusals_on
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.result import shown
from companion.student.result_forms import AppealForm, MessageForm
from companion.student.result_page import read_result
from companion.student.result_words import APPEAL_OUTCOMES, standing
from companion.student.scored_answers import appeal_form, place_of
from microcred.errors import DomainError, Missing
from scoring import oversight
from scoring.enums import AppealStatus
from scoring.oversight.serializers import DecisionView

PAGE_SIZE: Final = 25


@require_safe
@student_page
def appeals(request: HttpRequest) -> HttpResponse:
    """List the student's appeals, the newest first."""
    rows = oversight.appeals_visible_to(caller(request))
    page = page_asked(request, rows, PAGE_SIZE)
    return render(request, "student/appeals.html", {"page": page})


@student_page
@post_only("student:result", "assessment_id")
def make_appeal(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Appeal against a score; then show the thread."""
    by, now = caller(request), timezone.now()
    try:
        body = read_result(by=by, assessment_id=assessment_id, now=now)
    except Missing:
        raise
    except DomainError:
        return redirect("student:status", assessment_id)
    asked = next((one for one in body["questions"] if one["question_id"] == _question(request)), None)
    if asked is None:
        raise Http404
    place = place_of(asked["position"])
    made = oversight.appeals_visible_to(by).filter(assessment_id=assessment_id)
    made = made.filter(question_snapshot__question_id=asked["question_id"])
    form = appeal_form(asked, list(made), now=now, data=request.POST) or _late_form(request, place)
    row = (_appeal(request, form, assessment_id) if form.is_valid() else None) or _the_same(made, request)
    if row is None:
        return shown(request, assessment_id, typed={place: form}, status=400)
    return redirect("student:appeal", row.pk)


def _question(request: HttpRequest) -> str:
    return request.POST.get("question_id", "").strip().lower()


def _late_form(request: HttpRequest, place: str) -> AppealForm:
    """Return the form for what cannot be appealed against any more, so that the service says why."""
    named = [name for name in [request.POST.get("criterion", "")] if name]
    return AppealForm(request.POST, criteria=named, auto_id=f"{place}-%s")


def _the_same(made: Any, request: HttpRequest) -> Any:
    """Return the open appeal that says the very same: a form that is sent twice makes one."""
    said = request.POST.get("statement", "").strip().replace("\r\n", "\n")
    about = request.POST.get("criterion", "")
    for row in made.filter(status=AppealStatus.OPEN).prefetch_related("messages"):
        if row.criterion_name == about and said in [message.text for message in row.messages.all()]:
            return row
    return None


def _appeal(request: HttpRequest, form: AppealForm, assessment_id: uuid.UUID) -> Any:
    """Return the appeal, or None with why it was refused on the form."""
    given = form.cleaned_data
    row = None
    with refusals_on(form):
        row = oversight.appeal(
            by=caller(request),
            assessment_id=assessment_id,
            question_id=given["question_id"],
            criterion=given.get("criterion", ""),
            statement=given["statement"],
            now=timezone.now(),
        )
        messages.success(request, "Your appeal is made. Whoever decides answers here.")
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def appeal(request: HttpRequest, appeal_id: uuid.UUID) -> HttpResponse:
    """Show one appeal with its thread; a POST adds to that while it is open."""
    by = caller(request)
    row = oversight.get_appeal(by=by, appeal_id=appeal_id)
    thread = list(row.messages.all())
    form = MessageForm(initial={"seen": len(thread)})
    if request.method == "POST":
        form = MessageForm(request.POST)
        if form.is_valid() and _say(request, form, appeal_id):
            return redirect("student:appeal", appeal_id)
    decision = DecisionView(row.decision).data if row.status == AppealStatus.DECIDED else None
    context = {
        "appeal": row,
        "thread": [(line.author_id == by.pk, line) for line in thread],
        "form": form,
        "decision": decision and _decided(decision, row),
    }
    return render(request, "student/appeal.html", context, status=400 if form.errors else 200)


def _say(request: HttpRequest, form: MessageForm, appeal_id: uuid.UUID) -> bool:
    given = form.cleaned_data
    with refusals_on(form):
        oversight.say(
            by=caller(request),
            appeal_id=appeal_id,
            text=given["text"],
            seen=given["seen"],
            now=timezone.now(),
        )
    return not form.errors


def _decided(decision: Any, row: Any) -> dict[str, Any]:
    return {
        "outcome": APPEAL_OUTCOMES[decision["outcome"]],
        "reason": decision["reason"],
        "before": standing(decision["before"]),
        "after": standing(decision["after"]),
        "decided_at": row.decision.decided_at,
    }
