"""What staff decides on a student's assessment: another score, its release, an appeal."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments import services as assessments
from companion import decisions
from companion.decisions import AppealDossier
from companion.pages import caller, page_asked, refusals_on, refuse, refuse_form
from companion.pages_review import review_page
from companion.post_only import post_only
from companion.queries import PAGE_SIZE
from companion.review_forms import DecisionForm, MessageForm, OverrideForm, ReleaseForm
from microcred.errors import DomainError, Missing
from scoring import oversight


@review_page
@post_only("advisor:assessment", "assessment_id")
def override(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Change the score of a criterion or a closed question."""
    page = reverse("advisor:assessment", args=[assessment_id])
    form = OverrideForm(request.POST)
    if not form.is_valid():
        refuse_form(request, form, "The score was not changed.", place="answers")
        return redirect(page + "#answers")
    try:
        oversight.override(
            by=caller(request),
            assessment_id=assessment_id,
            question_id=form.cleaned_data["question_id"],
            new=form.new_score(),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            expected={form.cleaned_data["version"]},
        )
    except Missing:
        raise
    except DomainError as error:
        refuse(request, f"The score was not changed. {error.message}", place="answers")
        return redirect(page + "#answers")
    messages.success(
        request,
        "The score is changed and counts. The recommendations are being made anew.",
        extra_tags="changes",
    )
    return redirect(page + "#changes")


@review_page
@post_only("advisor:assessment", "assessment_id")
def release(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Let the student see the result."""
    try:
        assessments.release(by=caller(request), assessment_id=assessment_id, now=timezone.now())
        messages.success(request, "The student can see the result now.")
    except assessments.ResultNotHeld as error:
        messages.info(request, error.message)
    return redirect("advisor:assessment", assessment_id)


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def releases(request: HttpRequest) -> HttpResponse:
    """List the results that wait for their release, the oldest first; a POST releases those that are chosen."""
    by = caller(request)
    rows = oversight.held_results(by)
    if request.method == "POST":
        form = ReleaseForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Nothing was released. Choose at least one result.")
            return redirect("advisor:releases")
        done = oversight.release_many(by=by, assessment_ids=form.chosen(), now=timezone.now())
        messages.success(request, _released(done))
        return redirect("advisor:releases")
    page = page_asked(request, rows, PAGE_SIZE)
    return render(request, "advisor/releases.html", {"page": page})


@require_safe
@review_page
def appeals(request: HttpRequest) -> HttpResponse:
    """List the appeals of the students in the caller's sight, the open ones first."""
    rows = oversight.appeals_visible_to(caller(request)).order_by("-status", "-submitted_at", "-pk")
    page = page_asked(request, rows, PAGE_SIZE)
    return render(request, "advisor/appeals/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def appeal(request: HttpRequest, appeal_id: uuid.UUID) -> HttpResponse:
    """Show an appeal with its thread; a POST writes into the thread, or decides."""
    found = decisions.appeal_dossier(by=caller(request), appeal_id=appeal_id)
    is_message = request.method == "POST" and "text" in request.POST
    is_decision = request.method == "POST" and not is_message
    message = MessageForm(request.POST if is_message else None)
    decision = _decision_form(found, request.POST if is_decision else None)
    form: Any = message if is_message else decision
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            _say(request, found, message) if is_message else _decide(request, found, decision)
            return redirect("advisor:appeal", appeal_id)
    context = {"appeal": found, "message": message, "decision": decision}
    status = 400 if request.method == "POST" else 200
    return render(request, "advisor/appeals/appeal.html", context, status=status)


def _released(done: oversight.Released) -> str:
    said = "One student" if done.released == 1 else f"{done.released} students"
    left = f" {done.left} had been released meanwhile." if done.left else ""
    return f"{said} can see the result now.{left}"


def _decision_form(found: AppealDossier, data: Any) -> DecisionForm:
    return DecisionForm(
        data,
        criterion=found.criterion,
        standing=found.standing_level,
        maximum=found.maximum,
        score=found.score,
    )


def _say(request: HttpRequest, found: AppealDossier, form: MessageForm) -> None:
    oversight.say(by=caller(request), appeal_id=found.pk, text=form.cleaned_data["text"], now=timezone.now())
    messages.success(request, "Your message is in the thread.")


def _decide(request: HttpRequest, found: AppealDossier, form: DecisionForm) -> None:
    decision = oversight.decide(
        by=caller(request),
        appeal_id=found.pk,
        new=form.new_score(),
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
        expected={form.cleaned_data["version"]},
    )
    said = {
        "upheld": "The score stands.",
        "changed": "The score is changed and counts. The recommendations are being made anew.",
        "kept": "An appeal may not lower a score, so the old one is kept; your finding is recorded.",
    }
    messages.success(request, f"The appeal is decided. {said[decision.outcome]}")
