"""What a student has come to, as they and their guardians read it."""

import datetime as dt
import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from companion import analytics
from companion.pages import caller
from companion.pages_weeks import charts_of
from companion.student.access import student_page
from companion.student.goals import shown_goals
from companion.student.practice_words import level, sureness
from companion.student.practising import what_was_set
from nudges import queries as nudges
from practice import queries

_WEEKS: Final = 12


@require_safe
@student_page
def progress(request: HttpRequest) -> HttpResponse:
    """Show levels, goals, points, the streak and the last weeks."""
    by = caller(request)
    context = come_to(by=by, student_id=by.pk, now=timezone.now())
    return render(request, "student/progress.html", {**context, "before": what_was_set(by)})


def come_to(*, by: User, student_id: uuid.UUID, now: dt.datetime) -> dict[str, Any]:
    """Return what a student has come to, for a page: nothing but what the caller is told over the API, by the student's
    own clock.

    Raises:
        StudentMissing: if there is no such student, or none whom the caller may see.
    """
    queries.check_sees(by=by, student_id=student_id)
    zone = nudges.zone_for(student_id)
    found = queries.progress_of(by=by, student_id=student_id, zone=zone.key, now=now)
    first = now.astimezone(zone).date() - dt.timedelta(weeks=_WEEKS - 1)
    weeks = analytics.of_student(
        by=by, student_id=student_id, first=first, last=None, zone=zone.key, now=now
    ).weeks
    return {
        "progress": found,
        "skills": [(one, level(one.difficulty), sureness(one.deviation)) for one in found.skills],
        "goals": shown_goals(found.goals),
        "charts": charts_of(weeks, practised="Questions practised"),
        "weeks": list(reversed(weeks)),
        "reads_questions": any(week.questions_asked is not None for week in weeks),
    }
