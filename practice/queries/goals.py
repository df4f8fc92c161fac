"""Reading goals."""

import uuid

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.policy import sees_student
from microcred.errors import Missing
from practice.enums import GoalStatus
from practice.models import PracticeGoal, PracticeGoalSkill


class GoalMissing(Missing):
    """There is no such goal."""

    default_code = "GOAL_404"


def own_goals(by: User, *, skill: str = "", tag: str = "", status: str = "") -> QuerySet[PracticeGoal]:
    """Return a student's goals, the latest first; those of a skill, with a tag or of a status, where one is given."""
    goals = with_skills().filter(user=by)
    if skill:
        further = PracticeGoalSkill.objects.filter(skill__key=skill)
        goals = goals.filter(Q(skill__key=skill) | Q(pk__in=further.values("goal")))
    if tag:
        goals = goals.filter(tags__contains=[tag])
    return goals.filter(status=status) if status else goals


def goals_visible_to(by: User) -> QuerySet[PracticeGoal]:
    """Return the goals that the caller may see: their own, and those of the students whom they look after."""
    return with_skills().filter(sees_student(by, path="user"))


def own_goal(*, by: User, goal_id: uuid.UUID) -> PracticeGoal:
    """Return a goal.

    Raises:
        GoalMissing: if it is not there or not the caller's.
    """
    found = own_goals(by).filter(pk=goal_id).first()
    if found is None:
        raise GoalMissing("There is no such goal.")
    return found


def open_goals_with(student_id: uuid.UUID, skill_id: uuid.UUID) -> QuerySet[PracticeGoal]:
    """Return a student's open goals that have this skill, be it the first or a further one."""
    further = PracticeGoalSkill.objects.filter(skill=skill_id, goal__user=student_id)
    has_it = Q(skill=skill_id) | Q(pk__in=further.values("goal"))
    return with_skills().filter(has_it, user=student_id, status=GoalStatus.OPEN)


def with_skills() -> QuerySet[PracticeGoal]:
    """Return goals together with all of their skills."""
    return PracticeGoal.objects.select_related("skill").prefetch_related("further__skill")
