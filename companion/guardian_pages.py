"""Pages for guardians: what the students linked to them have come to."""

import uuid
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.models import User
from companion.pages import caller, page_asked, page_for
from companion.student.progress import come_to
from companion.words import STATUSES
from practice import queries

PAGE_SIZE: Final = 25


def _is_guardian(by: User) -> bool:
    return by.role == Role.GUARDIAN


guardian_page = page_for(_is_guardian)


@require_safe
@guardian_page
def students(request: HttpRequest) -> HttpResponse:
    """List the students linked to a guardian, and what each did last."""
    linked = queries.students_visible_to(caller(request))
    page = page_asked(request, linked, PAGE_SIZE)
    standings = queries.standings_of(list(page), now=timezone.now())
    rows = [(one, STATUSES[one.assessment.status] if one.assessment else None) for one in standings]
    return render(request, "guardian/students.html", {"page": page, "rows": rows})


@require_safe
@guardian_page
def student(request: HttpRequest, student_id: uuid.UUID) -> HttpResponse:
    """Show what one of them has come to."""
    by, now = caller(request), timezone.now()
    context = come_to(by=by, student_id=student_id, now=now)
    linked = queries.students_visible_to(by).filter(pk=student_id).first()
    if linked is None:
        raise queries.StudentMissing("There is no such student.")
    return render(request, "guardian/student.html", {**context, "student": linked})
