"""Reading what advisors set in place of what practice had come to, and what came of it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.policy import sees_student
from catalog.skill_texts import skill_texts
from microcred.pipelining import Statement
from practice.enums import FINISHED, OverrideKind
from practice.models import PracticeOverride

#: So many assignments after a level was set tell whether it was the right one; later ones tell of learning.
FOLLOWED: Final = 5


class Grouping(StrEnum):
    """What figures are of."""

    SKILL = "skill"
    DIFFICULTY = "difficulty"
    ADVISOR = "advisor"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the levels set in one group: how many, and by how many points they moved ratings (mean, with sign).

    ``followed`` are the assignments that followed, of each level at most ``FOLLOWED``; ``surprise`` says by how much
    these went better than expected (mean of performance less expected, None where none followed). Below 0 the levels
    were too high.
    """

    key: str
    name: str
    overrides: int
    moved: float
    followed: int
    surprise: float | None


@dataclass(frozen=True, slots=True)
class AllFigures:
    """In how many groups levels were set, and the figures of a part of these."""

    groups: int
    items: Sequence[Figures]


_ALL: Final = slice(None)
_GROUPS: Final = {
    Grouping.SKILL: ("s.key", "s.name"),
    Grouping.DIFFICULTY: ("o.after->>'difficulty'", "o.after->>'difficulty'"),
    Grouping.ADVISOR: ("o.made_by_id::text", "a.name"),
    Grouping.STUDENT: ("o.student_id::text", "u.name"),
}
# What followed is looked up for the groups of the page alone: of students there may be thousands.
_FIGURES: Final = """
WITH levels AS MATERIALIZED (
    SELECT o.*, lead(o.made_at) OVER (PARTITION BY o.student_id, o.skill_id ORDER BY o.made_at, o.id) AS until
      FROM practice_overrides o WHERE o.kind = %(level)s AND o.student_id = ANY(%(students)s::uuid[])
), named AS MATERIALIZED (
    SELECT o.*, {key} AS key, {name} AS name
      FROM levels o
      JOIN skills s ON s.id = o.skill_id
      JOIN users u ON u.id = o.student_id
      JOIN users a ON a.id = o.made_by_id
     WHERE %(since)s::timestamptz IS NULL OR o.made_at >= %(since)s::timestamptz
), groups AS MATERIALIZED (
    SELECT key, name, count(*) AS number FROM named GROUP BY key, name
), page AS MATERIALIZED (
    SELECT * FROM groups ORDER BY number DESC, name, key OFFSET %(first)s LIMIT %(most)s
), figures AS (
    SELECT p.key, p.name, p.number,
           avg((o.after->>'rating')::float8 - (o.before->>'rating')::float8) AS moved,
           coalesce(sum(f.number), 0)::int AS followed, sum(f.total) / nullif(sum(f.number), 0) AS surprise
      FROM page p
      JOIN named o ON o.key = p.key AND o.name = p.name
     CROSS JOIN LATERAL (
        SELECT count(*) AS number, sum(p.performance - p.expected) AS total
          FROM (SELECT performance, expected FROM practice_assignments
                 WHERE user_id = o.student_id AND skill_id = o.skill_id AND status = ANY(%(finished)s::text[])
                   AND NOT is_repeat AND assigned_at >= o.made_at AND (o.until IS NULL OR assigned_at < o.until)
                 ORDER BY assigned_at LIMIT %(followed)s) p
     ) f
     GROUP BY p.key, p.name, p.number
)
SELECT whole.number, f.* FROM (SELECT count(*) AS number FROM groups) whole
  LEFT JOIN figures f ON true ORDER BY f.number DESC, f.name, f.key
"""
_BY_GROUP: Final = {
    group: Statement(_FIGURES.format(key=key, name=name)) for group, (key, name) in _GROUPS.items()
}


def overrides_visible_to(by: User) -> QuerySet[PracticeOverride]:
    """Return what was set for oneself, or for the students whom one looks after, the latest first."""
    return PracticeOverride.objects.filter(sees_student(by, path="student")).select_related("skill")


def times_level_was_set(student_id: uuid.UUID, skill_id: uuid.UUID) -> int:
    """Return how often somebody has set a student's level in a skill: the version of that level."""
    return _levels_set().filter(student=student_id, skill=skill_id).count()


def times_set(student: str, skill: str) -> Coalesce:
    """Return how often the level was set, for rows that name the student and the skill in these columns."""
    of_row = _levels_set().filter(student=OuterRef(student), skill=OuterRef(skill))
    number = of_row.order_by().values("student").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _levels_set() -> QuerySet[PracticeOverride]:
    return PracticeOverride.objects.filter(kind=OverrideKind.LEVEL)


def is_about_skill(key: str) -> Q:
    """Return the filter for what was set for a skill, also where a goal has it beside others."""
    return Q(skill__key=key) | Q(further_skills__contains=[key])


def skills_of_override(override: PracticeOverride) -> list[Any]:
    """Return every skill, with ``key`` and ``name``, that something was set for, the first of a goal first."""
    if not override.further_skills:
        return [override.skill]
    known = {one.key: one for one in skill_texts()}
    return [override.skill, *(known[key] for key in override.further_skills if key in known)]


def override_figures(
    *, by: User, group: Grouping, since: dt.datetime | None = None, part: slice = _ALL
) -> AllFigures:
    """Return figures of the levels set, since a time or ever, for the students whom the caller looks after: how many
    groups there are, and a part of these, the largest first."""
    students: list[uuid.UUID] = list(
        overrides_visible_to(by)
        .filter(kind=OverrideKind.LEVEL)
        .order_by()
        .values_list("student", flat=True)
        .distinct()
    )
    first = part.start or 0
    rows = _BY_GROUP[group].rows(
        level=OverrideKind.LEVEL.value,
        students=students,
        finished=[str(one) for one in FINISHED],
        followed=FOLLOWED,
        since=since,
        first=first,
        most=None if part.stop is None else part.stop - first,
    )
    return AllFigures(rows[0][0], [Figures(*row) for _, *row in rows if row[0] is not None])
