"""What people decided about a student's scores, over all of their results."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from companion.pages import caller
from companion.student.guarding import student_page
from companion.student.notice_lines import notice_lines
from microcred.errors import Missing
from scoring import oversight
from scoring.oversight.serializers import OwnNoticeView

PAGE_SIZE: Final = 20


@require_safe
@student_page
def notices(request: HttpRequest) -> HttpResponse:
    """Show what was decided, the newest first."""
    told = oversight.notices_for(caller(request))
    page: Page[Any] = Paginator(told, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    told_as: Any = OwnNoticeView(page.object_list, many=True).data
    lines = notice_lines(told_as, positions={})
    unseen = [line.notice_id for line in lines if not line.is_seen]
    return render(request, "student/notices.html", {"page": page, "lines": lines, "unseen": unseen})


@require_POST
@student_page
def seen(request: HttpRequest) -> HttpResponse:
    """Note that the student has seen some of them; seen once is seen."""
    try:
        wanted = [uuid.UUID(one) for one in request.POST.getlist("notice")]
    except ValueError:
        raise Missing("No such notice.") from None
    if wanted:
        oversight.mark_seen(by=caller(request), notice_ids=wanted, now=timezone.now())
        messages.success(request, "Noted: you have read them.")
    return redirect("student:notices")
