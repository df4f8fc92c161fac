"""What students asked, by weeks."""

import datetime as dt

from django.db.models import Count, QuerySet

from accounts.models import User
from conversations.models import Turn
from microcred.weeks import Weeks, by_week


def asked_by_week(students: QuerySet[User], weeks: Weeks) -> tuple[dict[dt.date, int], dict[dt.date, int]]:
    """Return how many questions these students asked and how many were handed on, by week, of those that are kept."""
    rows = Turn.objects.filter(conversation__user__in=students.values("pk"))
    asked, handed_on = (
        {one["week"]: one["number"] for one in by_week(rows, at, weeks, number=Count("pk"))}
        for at in ("asked_at", "escalated_at")
    )
    return asked, handed_on
