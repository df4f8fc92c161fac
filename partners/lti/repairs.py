"""Results that no gradebook was told of, because nobody was told to or nobody took them."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ops import queries as jobs
from partners.lti import grade_sync
from partners.lti.models import LtiGrade
from recommendations import queries as recommendations

MOST_AT_ONCE: Final = 500


def restore_grades(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have places told of results made since then that they do not know; a launch and a result that came at the same
    moment saw nothing of each other."""
    shown = recommendations.shown_since(since).filter(
        assessment__user=OuterRef("person"), assessment__role=OuterRef("role")
    )
    waiting = _idle().filter(Exists(shown.order_by()), last_error="")
    untold = [pk for pk in waiting.values_list("pk", flat=True)[:MOST_AT_ONCE] if grade_sync.is_due(pk)]
    for pk in untold:
        grade_sync.enqueue(pk)
    return len(untold)


@transaction.atomic
def try_again(*, now: dt.datetime) -> int:
    """Have places told once more that were given up, each when its time has come; a function of the schedule."""
    is_time = Q(retry_at=None) | Q(retry_at__lte=now)
    waiting = _idle().filter(is_time, last_error=grade_sync.GAVE_UP)
    given_up = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in given_up:
        grade_sync.enqueue(pk)
    return len(given_up)


def _idle() -> QuerySet[LtiGrade]:
    """Return the places of active platforms that no job is about."""
    idle = LtiGrade.objects.filter(~jobs.is_worked_on(grade_sync.SEND, "grade_id"), platform__active=True)
    return idle.order_by("-seen_at")
