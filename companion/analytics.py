"""What students have come to, week by week: one student, or all whom somebody looks after."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from accounts.models import User
from accounts.policy import Permission, allows
from conversations import queries as conversations
from microcred.weeks import Weeks, weeks_of
from microcred.zones import zone_named
from practice import queries as practice
from scoring import statistics

#: A mean of several students is shown where at least so many of them went into it.
LEAST_STUDENTS: Final = 5


@dataclass(frozen=True, slots=True)
class Week:
    """A week from a Monday on. ``accuracy`` is the share of items that were solved, None where none was done or too few
    students did any; questions are None for who may not read them."""

    begins: dt.date
    assessments_completed: int
    practice_completed: int
    practice_solved: int | None
    accuracy: float | None
    experience: int
    goals_reached: int
    questions_asked: int | None
    questions_handed_on: int | None


@dataclass(frozen=True, slots=True)
class SkillWeeks:
    """The mean level of a skill in the results of each week, None in weeks without any or with too few students."""

    skill_key: str
    skill_name: str
    levels: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Analytics:
    """Weeks of one student, or of so many; ``skills`` is None for who may not read results."""

    student_id: uuid.UUID | None
    students: int
    least_students: int
    time_zone: str
    weeks: Sequence[Week]
    skills: Sequence[SkillWeeks] | None


def of_student(
    *,
    by: User,
    student_id: uuid.UUID,
    first: dt.date | None,
    last: dt.date | None,
    zone: str,
    now: dt.datetime,
) -> Analytics:
    """Return the weeks of a student, by the clock of a zone.

    Raises:
        StudentMissing: if there is no such student, or none whom the caller may see.
        ZoneUnknown, WeeksInvalid: if there is no such zone, or these are no weeks.
    """
    weeks = weeks_of(first, last, zone=zone_named(zone), now=now)
    practice.check_sees(by=by, student_id=student_id)
    return _analytics(by, User.objects.filter(pk=student_id), weeks, student_id=student_id, number=1, least=1)


def of_students(
    *, by: User, first: dt.date | None, last: dt.date | None, zone: str, now: dt.datetime
) -> Analytics:
    """Return the weeks of all students whom the caller looks after together; what would show single ones by a mean is
    left out.

    Raises:
        ZoneUnknown, WeeksInvalid: if there is no such zone, or these are no weeks.
    """
    weeks = weeks_of(first, last, zone=zone_named(zone), now=now)
    students = practice.students_visible_to(by)
    return _analytics(by, students, weeks, student_id=None, number=students.count(), least=LEAST_STUDENTS)


def _analytics(
    by: User, students: QuerySet[User], weeks: Weeks, *, student_id: uuid.UUID | None, number: int, least: int
) -> Analytics:
    return Analytics(
        student_id=student_id,
        students=number,
        least_students=least,
        time_zone=weeks.zone.key,
        weeks=_weeks(by, students, weeks, least),
        skills=_skills(students, weeks, least) if allows(by, Permission.READ_RESULT) else None,
    )


def _weeks(by: User, students: QuerySet[User], weeks: Weeks, least: int) -> list[Week]:
    completed = statistics.completed_by_week(students, weeks)
    practised = practice.practised_by_week(students, weeks)
    asked: Mapping[dt.date, int] | None = None
    handed_on: Mapping[dt.date, int] | None = None
    if allows(by, Permission.READ_ANSWERS):
        asked, handed_on = conversations.asked_by_week(students, weeks)
    return [
        Week(
            begins=monday,
            assessments_completed=completed.get(monday, 0),
            practice_completed=practised.completed.get(monday, 0),
            practice_solved=_solved(practised, monday, least),
            accuracy=_accuracy(practised, monday, least),
            experience=practised.experience.get(monday, 0),
            goals_reached=practised.goals.get(monday, 0),
            questions_asked=None if asked is None else asked.get(monday, 0),
            questions_handed_on=None if handed_on is None else handed_on.get(monday, 0),
        )
        for monday in weeks
    ]


def _solved(practised: practice.PractisedWeeks, monday: dt.date, least: int) -> int | None:
    """Return how many items were solved, where the share may be shown: it could be worked out from them."""
    if 0 < practised.students.get(monday, 0) < least:
        return None
    return practised.solved.get(monday, 0)


def _accuracy(practised: practice.PractisedWeeks, monday: dt.date, least: int) -> float | None:
    solved, done = _solved(practised, monday, least), practised.completed.get(monday, 0)
    return round(solved / done, 4) if done and solved is not None else None


def _skills(students: QuerySet[User], weeks: Weeks, least: int) -> list[SkillWeeks]:
    names: dict[str, str] = {}
    levels: dict[tuple[str, dt.date], float] = {}
    for one in statistics.levels_by_week(students, weeks):
        names[one.skill_key] = one.skill_name
        if one.students >= least:
            levels[one.skill_key, one.week] = round(one.level, 3)
    return [
        SkillWeeks(key, name, [levels.get((key, monday)) for monday in weeks])
        for key, name in sorted(names.items(), key=lambda named: (named[1], named[0]))
    ]
