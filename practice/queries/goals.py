"""Reading goals."""

import uuid

from django.db.models import QuerySet

from accounts.models import User
from accounts.policy import sees_student
from microcred.errors import Missing
from practice.models import PracticeGoal


class GoalMissing(Missing):
    """There is no such goal."""

    default_code = "GOAL_404"


def own_goals(by: User) -> QuerySet[PracticeGoal]:
    """Return a student's goals, the latest first."""
    return PracticeGoal.objects.filter(user=by).select_related("skill")


def goals_visible_to(by: User) -> QuerySet[PracticeGoal]:
    """Return the goals that the caller may see: their own, and those of the students whom they look after."""
    return PracticeGoal.objects.filter(sees_student(by, path="user")).select_related("skill")


def own_goal(*, by: User, goal_id: uuid.UUID) -> PracticeGoal:
    """Return a goal.

    Raises:
        GoalMissing: if it is not there or not the caller's.
    """
    found = own_goals(by).filter(pk=goal_id).first()
    if found is None:
        raise GoalMissing("There is no such goal.")
    return found
