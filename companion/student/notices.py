"""What people decided about a student's scores, over all of their results."""

import uuid
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from assessments import queries as assessments
from companion.pages import caller, page_asked
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.notice_lines import NoticeLine, notice_line
from microcred.errors import Missing
from scoring import oversight
from scoring.oversight.serializers import OwnNoticeView

PAGE_SIZE: Final = 20


@require_safe
@student_page
def notices(request: HttpRequest) -> HttpResponse:
    """Show what was decided, the newest first."""
    told = oversight.notices_for(caller(request))
    page = page_asked(request, told, PAGE_SIZE)
    lines = _lines(OwnNoticeView(page.object_list, many=True).data)
    new = [line.notice_id for line in lines if not line.is_seen]
    return render(request, "student/notices.html", {"page": page, "lines": lines, "new": new})


def unseen(by: User) -> int:
    """Return how much of what was decided the student has not seen yet."""
    return sum(notice.seen_at is None for notice in oversight.notices_for(by))


def _lines(told: Any) -> list[NoticeLine]:
    """Lay them out with where their questions stand; one query for each result that is spoken of."""
    asked: dict[tuple[str, str], int] = {}
    for key in {one["assessment_id"] for one in told}:
        for row in assessments.snapshots(uuid.UUID(key)):
            asked[key, str(row.question_id)] = row.position
    return [notice_line(one, asked.get((one["assessment_id"], one["question_id"]))) for one in told]


@student_page
@post_only("student:notices")
def mark_seen(request: HttpRequest) -> HttpResponse:
    """Note that the student has seen some of them; seen once is seen."""
    try:
        wanted = [uuid.UUID(one) for one in request.POST.getlist("notice")]
    except ValueError:
        raise Missing("No such notice.") from None
    if wanted:
        oversight.mark_seen(by=caller(request), notice_ids=wanted, now=timezone.now())
        if by_itself(request):
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        messages.success(request, "Noted: you have read them.")
    return redirect("student:notices")


def by_itself(request: HttpRequest) -> bool:
    """Whether a page noted by itself that something was seen, and says so on the spot."""
    return "by_itself" in request.POST
