"""The pages on which people review answers blind; for advisors and admins alike, whoever the student is."""

import uuid
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.policy import Permission, allows
from catalog.answer_views import answer_view, in_texts
from companion import words
from companion.highlight import segments
from companion.marking import marked_as_suspected
from companion.pages import Page, caller, staff_page
from companion.post_only import post_only
from companion.review_forms import LevelsForm, PointsForm
from microcred.errors import DomainError, Missing
from scoring import oversight
from scoring.oversight import ReviewSheet

MarkForm = LevelsForm | PointsForm


def review_page(page: Page) -> Page:
    """Let those through who may change scores; for everybody else there is no page."""

    @staff_page
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allows(caller(request), Permission.REVIEW_SCORES):
            raise Http404
        return page(request, *args, **kwargs)

    return guarded


@require_safe
@review_page
def queue(request: HttpRequest) -> HttpResponse:
    """Show how many answers wait, for which questions and why."""
    by = caller(request)
    lines = oversight.queue_lines(by)
    context = {
        "lines": [
            (line, [(words.REVIEW_REASONS[reason], number) for reason, number in line.reasons])
            for line in lines
        ],
        "held": oversight.held_task(by),
        "has_free": any(line.free and line.is_calibrated for line in lines),
    }
    return render(request, "advisor/reviews/queue.html", context)


@review_page
@post_only("advisor:reviews")
def claim(request: HttpRequest) -> HttpResponse:
    """Take the next answer."""
    task = oversight.claim_next(by=caller(request))
    if task is None:
        messages.info(request, "No answer is free for you to review.")
        return redirect("advisor:reviews")
    return redirect("advisor:review", task.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def review(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Mark an answer blind; then compare with the proposal and decide."""
    by = caller(request)
    try:
        sheet = oversight.review_sheet(by=by, task_id=task_id)
    except Missing:
        messages.warning(request, "You do not hold this answer, or no longer. Take the next one.")
        return redirect("advisor:reviews")
    form = _form(sheet, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _review(request, sheet, form)
    try:
        return _store(request, sheet, form)
    except oversight.ReviewLost as error:
        messages.warning(request, error.message)
        return redirect("advisor:reviews")
    except DomainError as error:
        form.add_error(_place_of(error, form), error.message)
        return _review(request, sheet, form)


@review_page
@post_only("advisor:reviews")
def give_back(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Let others take the answer."""
    oversight.give_back(by=caller(request), task_id=task_id)
    messages.success(request, "The answer is back in the queue.")
    return redirect("advisor:reviews")


@require_http_methods(["GET", "HEAD", "POST"])
@review_page
def calibration(request: HttpRequest, question_id: uuid.UUID) -> HttpResponse:
    """Mark a question's examples before reviewing answers to it."""
    sheet = oversight.calibration_sheet(question_id)
    data = request.POST if request.method == "POST" else None
    examples = [
        (text, LevelsForm(data, criteria=sheet.criteria, prefix=key), key) for key, text in sheet.examples
    ]
    valid = [form.is_valid() for _, form, _ in examples]
    if not all(valid):
        status = 200 if data is None else 400
        context = {"sheet": sheet, "examples": examples, "needed": round(100 * sheet.needed)}
        return render(request, "advisor/reviews/calibration.html", context, status=status)
    run = oversight.calibrate(
        by=caller(request), question_id=question_id, marks={key: form.levels() for _, form, key in examples}
    )
    percent = round(100 * run.agreement)
    if run.passed:
        messages.success(request, f"You agree on {percent} % of the criteria and may review this question.")
        return redirect("advisor:reviews")
    messages.warning(
        request,
        f"You agree on {percent} % of the criteria; {round(100 * sheet.needed)} % are needed. "
        "Read the rubric again and have another try.",
    )
    return redirect("advisor:calibration", question_id)


def _place_of(error: DomainError, form: MarkForm) -> str | None:
    """Return the field that an error is about, where the form has it."""
    told = error.details or {}
    named = (f"{told.get('field')}-{told.get('criterion')}", told.get("field"))
    return next((name for name in named if name in form.fields), None)


def _form(sheet: ReviewSheet, data: Any) -> MarkForm:
    if sheet.closed is not None:
        first = sheet.closed.first_points
        return PointsForm(data, maximum=sheet.closed.maximum, first=first, with_reason=sheet.is_marked)
    return LevelsForm(
        data,
        criteria=[one.criterion for one in sheet.criteria],
        levels={one.criterion.key: one.first_level for one in sheet.criteria},
        about={one.criterion.key: one for one in sheet.criteria},
        with_reasons=sheet.is_marked,
    )


def _review(request: HttpRequest, sheet: ReviewSheet, form: MarkForm) -> HttpResponse:
    reasons = [words.REVIEW_REASONS[reason] for reason in sheet.reasons]
    closed = sheet.closed
    answer = answer_view(closed.answer, closed.choices, closed.rules) if closed else None
    why = in_texts(closed.why, closed.choices) if closed else ""
    context = {
        "sheet": sheet,
        "form": form,
        "reasons": reasons,
        "answer": answer,
        "why": why,
        "answer_segments": segments(sheet.answer, marked_as_suspected(sheet.suspected)),
    }
    return render(request, "advisor/reviews/review.html", context, status=400 if form.errors else 200)


def _store(request: HttpRequest, sheet: ReviewSheet, form: MarkForm) -> HttpResponse:
    by = caller(request)
    if not sheet.is_marked:
        _mark_first(by, sheet.task_id, form)
        return redirect("advisor:review", sheet.task_id)
    changed = _conclude(by, sheet.task_id, form)
    messages.success(
        request,
        "Your decision counts, and the student is told." if changed else "You confirmed the proposal.",
    )
    return redirect("advisor:reviews")


def _mark_first(by: User, task_id: uuid.UUID, form: MarkForm) -> None:
    if isinstance(form, PointsForm):
        oversight.mark_points_first(by=by, task_id=task_id, points=form.cleaned_data["points"])
    else:
        oversight.mark_first(by=by, task_id=task_id, levels=form.levels())


def _conclude(by: User, task_id: uuid.UUID, form: MarkForm) -> bool:
    now = timezone.now()
    if isinstance(form, PointsForm):
        given = form.cleaned_data
        return oversight.conclude_closed_review(
            by=by, task_id=task_id, points=given["points"], reason=given["reason"], now=now
        )
    return oversight.conclude_review(by=by, task_id=task_id, given=form.given(), now=now)
