"""What students were assessed at, by weeks."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, QuerySet

from accounts.models import User
from assessments import queries as assessments
from assessments.enums import Stage
from microcred.weeks import Weeks, by_week
from scoring.models import ProfileRun, SkillEstimate


@dataclass(frozen=True, slots=True)
class WeekLevel:
    """The mean level (0 to 5) of a skill in the results of a week, and of how many students they are."""

    week: dt.date
    skill_key: str
    skill_name: str
    level: float
    students: int


def completed_by_week(students: QuerySet[User], weeks: Weeks) -> dict[dt.date, int]:
    """Return how many assessments these students completed, by week."""
    rows: QuerySet[Any] = assessments.with_result().filter(user__in=students.values("pk"))
    return {one["week"]: one["number"] for one in by_week(rows, "completed_at", weeks, number=Count("pk"))}


def levels_by_week(students: QuerySet[User], weeks: Weeks) -> Iterator[WeekLevel]:
    """Yield the levels that the results of a week say, of the newest run each, as far as students may see them."""
    newer = ProfileRun.objects.filter(assessment=OuterRef("assessment"), run__gt=OuterRef("run"))
    shown = assessments.with_result().exclude(stage=Stage.AWAITING_RELEASE)
    of_theirs: Any = shown.filter(
        user__in=students.values("pk"), completed_at__gte=weeks.since, completed_at__lt=weeks.until
    )
    rows = SkillEstimate.objects.filter(~Exists(newer), assessment__in=of_theirs.values("pk"))
    found = by_week(
        rows, "assessment__completed_at", weeks, "skill__key", "skill__name",
        level_mean=Avg("level"), students=Count("assessment__user", distinct=True),
    )  # fmt: skip
    for one in found:
        yield WeekLevel(
            one["week"], one["skill__key"], one["skill__name"], float(one["level_mean"]), one["students"]
        )
