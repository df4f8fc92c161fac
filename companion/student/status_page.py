"""Where an assessment stands once it is handed in, until its result is there."""

import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from assessments.enums import AssessmentStatus, Stage
from assessments.serializers import status_view
from companion.pages import caller
from companion.student.access import student_page
from companion.student.assessment_words import STAGES

# Seconds after which the page looks again, with scripts sooner at first: a score takes moments, staff takes its time.
SOON, LATER = 4, 60
_ORDER: Final = (Stage.SCORING, Stage.RETRIEVAL, Stage.RECOMMENDING)


@require_safe
@student_page
def status(request: HttpRequest, assessment_id: uuid.UUID) -> HttpResponse:
    """Say where an assessment stands; lead on to the questions while it is open, and to the result once it is there."""
    found, progress = assessments.get_with_progress(by=caller(request), assessment_id=assessment_id)
    body = status_view(found, progress, now=timezone.now())
    is_held = Stage.AWAITING_RELEASE in body["awaited"]
    if body["status"] == AssessmentStatus.IN_PROGRESS:
        return redirect("student:taking", assessment_id)
    if body["status"] == AssessmentStatus.COMPLETED and not is_held:
        return redirect("student:result", assessment_id)
    is_scored = body["status"] == AssessmentStatus.AWAITING_ASYNC
    context = {
        "body": body,
        "is_held": is_held,
        "is_scored": is_scored,
        "steps": _steps(body) if is_scored else [],
        "look_again": SOON if is_scored else LATER if is_held else None,
    }
    return render(request, "student/status.html", context)


def _steps(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Each stage in words, and whether it is done, under way or to come."""
    awaited = body["awaited"]
    return [
        (
            STAGES[stage],
            "done" if stage not in awaited else "under way" if stage == body["stage"] else "to come",
        )
        for stage in _ORDER
    ]
