"""The students whom staff looks after."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from companion.facts import label_of
from companion.forms import StudentFilters
from companion.pages import caller, page_asked, staff_page
from companion.queries import PAGE_SIZE
from practice import queries
from recommendations import queries as recommendations


@require_safe
@staff_page
def students(request: HttpRequest) -> HttpResponse:
    """List the students in the caller's sight by name, with what each did last."""
    form = StudentFilters(request.GET)
    search = form.chosen()
    found = queries.students_visible_to(caller(request), search=search)
    page = page_asked(request, found, PAGE_SIZE)
    standings = queries.standings_of(list(page.object_list), now=timezone.now())
    claims = recommendations.open_claims([one.student.pk for one in standings])
    rows = [
        (one, one.assessment and label_of(one.assessment), claims.get(one.student.pk, 0)) for one in standings
    ]
    context = {"page": page, "form": form, "rows": rows, "is_narrowed": bool(search)}
    return render(request, "advisor/students.html", context)
