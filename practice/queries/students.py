"""The students whom somebody looks after, and what each did last."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.enums import Role, UserStatus
from accounts.models import User
from accounts.policy import Permission, allows, sees_student
from assessments import queries as assessments
from practice.enums import GoalStatus
from practice.models import PracticeGoal
from practice.queries.activity import PractisedLast, last_practised


@dataclass(frozen=True, slots=True)
class StudentSummary:
    """A student with their newest assessment or None, what they practised last, and how many goals are open."""

    student: User
    assessment: Any
    practised: PractisedLast | None
    open_goals: int


def students_visible_to(by: User, *, search: str = "") -> QuerySet[User]:
    """Return the students whom the caller looks after, or is, by name; staff may search for e-mail addresses too."""
    students = (
        User.objects.filter(sees_student(by, path="pk"), role=Role.STUDENT, status=UserStatus.ACTIVE)
        # Made-up learners are nobody's to look after.
        .exclude(profile__contains={"synthetic": True})
        .order_by("name", "pk")
    )
    if not search:
        return students
    wanted = Q(name__icontains=search)
    if allows(by, Permission.READ_STAFF_VIEW):
        wanted |= Q(email__icontains=search)
    return students.filter(wanted)


def standings_of(students: Sequence[User], *, now: dt.datetime) -> list[StudentSummary]:
    """Return where these students stand, in their order, by as many statements for many as for one."""
    ids = [student.pk for student in students]
    newest = assessments.newest_of(ids)
    for assessment in newest.values():
        assessment.status = assessments.effective_status(assessment, now=now)
    practised = last_practised(ids)
    goals = PracticeGoal.objects.filter(user__in=ids, status=GoalStatus.OPEN).order_by()
    open_goals = dict(goals.values_list("user").annotate(Count("pk")))
    return [
        StudentSummary(
            student, newest.get(student.pk), practised.get(student.pk), open_goals.get(student.pk, 0)
        )
        for student in students
    ]
