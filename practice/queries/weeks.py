"""What students practised and reached, by weeks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from microcred.weeks import Weeks, by_week
from practice.enums import FINISHED, AssignmentStatus
from practice.models import CompletedStep, PracticeAssignment, PracticeGoal


@dataclass(frozen=True, slots=True)
class PractisedWeeks:
    """By week: items that were done and solved and by how many students, points for items and steps, goals reached."""

    completed: Mapping[dt.date, int]
    solved: Mapping[dt.date, int]
    students: Mapping[dt.date, int]
    experience: Mapping[dt.date, int]
    goals: Mapping[dt.date, int]


def practised_by_week(students: QuerySet[User], weeks: Weeks) -> PractisedWeeks:
    """Return what these students practised, in three statements; weeks without anything are left out."""
    theirs = {"user__in": students.values("pk")}
    items = list(
        by_week(
            PracticeAssignment.objects.filter(status__in=FINISHED, **theirs), "completed_at", weeks,
            completed=Count("status"), solved=Count("status", filter=Q(status=AssignmentStatus.SOLVED)),
            students=Count("user", distinct=True), points=Sum("experience"),
        )
    )  # fmt: skip
    steps = by_week(CompletedStep.objects.filter(**theirs), "completed_at", weeks, points=Sum("experience"))
    goals = by_week(PracticeGoal.objects.filter(**theirs), "reached_at", weeks, number=Count("pk"))
    points = _named(items, "points")
    for one in steps:
        points[one["week"]] = points.get(one["week"], 0) + one["points"]
    return PractisedWeeks(
        completed=_named(items, "completed"),
        solved=_named(items, "solved"),
        students=_named(items, "students"),
        experience=points,
        goals={one["week"]: one["number"] for one in goals},
    )


def _named(rows: list[dict[str, Any]], name: str) -> dict[dt.date, int]:
    return {row["week"]: row[name] for row in rows}
