"""Where a student begins: their assessments, and the roles that they may be assessed for."""

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments import queries as assessments
from catalog import queries as catalog
from companion.facts import assessment_facts
from companion.pages import caller
from companion.student.guarding import student_page

PAGE_SIZE: Final = 10


@require_safe
@student_page
def home(request: HttpRequest) -> HttpResponse:
    """Show the student's assessments, the latest first, and every role that may be assessed."""
    now = timezone.now()
    own = assessments.visible_to(caller(request)).order_by("-pk")
    page: Page[Any] = Paginator(own, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    rows = [assessment_facts(row, assessments.progress(row.pk), now=now) for row in page]
    roles = catalog.active_roles().order_by(*catalog.BY_NAME)
    return render(request, "student/home.html", {"page": page, "rows": rows, "roles": roles})
