"""The pages on which a student answers an assessment and hands it in."""

import datetime as dt
import uuid
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assessments import queries as assessments
from assessments import services
from assessments.enums import AssessmentStatus
from companion.pages import caller
from companion.student.access import student_page
from companion.student.assessment_words import time_left
from companion.student.sheets import Sheet, read_sheet, save

JSON: Final = "application/json"
OVER: Final = "The time for this assessment is over. What you had saved until then is kept."
HANDED_IN: Final = "You have handed this assessment in already; nothing was changed."
CROWDED: Final = "Other windows are saving answers to this as well. Nothing was saved; save once more."
CLOSED: Final = (services.AssessmentClosed, services.AssessmentExpired)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def questions(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show the questions with the answers given so far; a POST saves what was changed."""
    by, now = caller(request), timezone.now()
    found = assessments.get_visible(by=by, assessment_id=assessment_id)
    if not _is_open(found, now):
        return _closed(request, found, now)
    if request.method != "POST":
        return _questions(request, found, read_sheet(found.pk), now)
    try:
        sheet = save(by=by, assessment_id=found.pk, data=request.POST, now=now)
    except CLOSED:
        return _closed(request, found, now)
    except services.ChangedMeanwhile:
        return _crowded(request, found, now)
    if _wants_json(request):
        return _told(sheet)
    if sheet.unclear:
        return _questions(request, found, sheet, now, status=HTTPStatus.BAD_REQUEST)
    if "hand_in" in request.POST:
        return redirect("student:hand-in", found.pk)
    messages.success(request, f"Your answers are saved: {sheet.answered} of {len(sheet.lines)} so far.")
    return redirect("student:taking", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def hand_in(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Show what has no answer yet; a POST hands in what is stored."""
    by, now = caller(request), timezone.now()
    found = assessments.get_visible(by=by, assessment_id=assessment_id)
    if not _is_open(found, now):
        return _closed(request, found, now)
    sheet = read_sheet(found.pk)
    if request.method != "POST" or not sheet.answered:
        status = 200 if request.method != "POST" else 400
        return render(request, "student/hand_in.html", _context(found, sheet, now), status=status)
    try:
        services.submit(
            by=by,
            assessment_id=found.pk,
            answers=[],
            completed=True,
            now=now,
            expected=[request.POST.get("version", "")],
        )
    except CLOSED:
        return _closed(request, found, now)
    except services.ChangedMeanwhile:
        return _refused(request, found, "Answers were saved in another window since. Look through it again.")
    except services.AnswersMissing as error:
        return _refused(request, found, error.message)
    messages.success(request, "You have handed it in. Well done for getting this far.")
    return redirect("student:status", found.pk)


def _refused(request: HttpRequest, found: Any, said: str) -> HttpResponse:
    messages.error(request, said)
    return redirect("student:hand-in", found.pk)


def _is_open(found: Any, now: dt.datetime) -> bool:
    return assessments.effective_status(found, now=now) == AssessmentStatus.IN_PROGRESS


def _closed(request: HttpRequest, found: Any, now: dt.datetime) -> HttpResponse:
    """Lead to where it stands; whoever was sending something is told that it was not taken."""
    status = reverse("student:status", args=[found.pk])
    found = assessments.get_visible(by=caller(request), assessment_id=found.pk)
    is_over = assessments.effective_status(found, now=now) == AssessmentStatus.EXPIRED
    said = OVER if is_over else HANDED_IN
    if _wants_json(request):
        code = HTTPStatus.GONE if is_over else HTTPStatus.CONFLICT
        return JsonResponse({"message": said, "status": status}, status=code)
    if request.method == "POST":
        messages.warning(request, said)
    return redirect(status)


def _crowded(request: HttpRequest, found: Any, now: dt.datetime) -> HttpResponse:
    """Give back what was typed where other windows saved all the while."""
    if _wants_json(request):
        return JsonResponse({"message": CROWDED}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    messages.error(request, CROWDED)
    sheet = read_sheet(found.pk, request.POST)
    return _questions(request, found, sheet, now, status=HTTPStatus.CONFLICT)


def _wants_json(request: HttpRequest) -> bool:
    return request.method == "POST" and request.headers.get("Accept") == JSON


def _told(sheet: Sheet) -> JsonResponse:
    """Answer the script that saves now and then: what is stored now as it was sent, and which questions are not."""
    return JsonResponse(
        {
            "shown": {f"{line.name}-shown": line.mark for line in sheet.lines if line.is_stored},
            "unfinished": [line.position for line in sheet.lines if line.form.problems],
            "elsewhere": [line.position for line in sheet.lines if line.elsewhere or line.is_behind],
            "answered": [line.name for line in sheet.lines if line.is_answered],
        }
    )


def _questions(
    request: HttpRequest, found: Any, sheet: Sheet, now: dt.datetime, *, status: int = 200
) -> HttpResponse:
    return render(request, "student/taking.html", _context(found, sheet, now), status=status)


def _context(found: Any, sheet: Sheet, now: dt.datetime) -> dict[str, Any]:
    return {
        "assessment": found,
        "sheet": sheet,
        "time_left": time_left(found.expires_at, now=now),
    }
