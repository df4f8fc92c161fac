"""When students practised last, what they have reached by it, and what comes next."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from assessments import queries as assessments
from catalog import queries as catalog
from practice.enums import GoalStatus
from practice.models import PracticeAnswer, PracticeAssignment, PracticeGoal, PracticeItem, SkillRating
from practice.queries.giving import gaps


@dataclass(frozen=True, slots=True)
class PractisedLast:
    """The skill that a student was last given something of or completed something in, and when."""

    skill_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class NextSkill:
    """A skill that can be practised, was not yet, and that a role asks for whose result leaves it to learn."""

    key: str
    name: str
    role_name: str


def last_practised(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, PractisedLast]:
    """Return what each of these students practised last; nobody who never did."""
    rows = PracticeAssignment.objects.filter(user__in=user_ids)
    told = rows.annotate(at=Coalesce("completed_at", "assigned_at")).order_by("user", "-at").distinct("user")
    tries = PracticeAnswer.objects.filter(assignment__user__in=user_ids).order_by()
    tried = dict(tries.values_list("assignment__user").annotate(Max("answered_at")))
    return {
        user: PractisedLast(name, max(at, tried.get(user, at)))
        for user, name, at in told.values_list("user", "skill__name", "at")
    }


def last_by_skill(user_ids: Collection[uuid.UUID]) -> dict[tuple[uuid.UUID, str], dt.datetime]:
    """Return when these students last worked on each skill that they have practised, by student and key."""
    rows = PracticeAssignment.objects.filter(user__in=user_ids).order_by()
    moments = rows.values_list("user", "skill__key").annotate(at=Max(Coalesce("completed_at", "assigned_at")))
    return {(user, key): at for user, key, at in moments}


def reached_since(user_ids: Collection[uuid.UUID], *, since: dt.datetime) -> QuerySet[PracticeGoal]:
    """Return the goals that these students have reached since then."""
    rows = PracticeGoal.objects.filter(user__in=user_ids, status=GoalStatus.REACHED, reached_at__gte=since)
    return rows.select_related("skill").order_by("-reached_at")


def next_skills(user_id: uuid.UUID) -> list[NextSkill]:
    """Return what a student's newest result leaves to learn and they have not practised yet, the most first.

    None where they have practised none of what the role asks for.
    """
    newest = assessments.shown_to_student(user_id).order_by("-completed_at").first()
    weights = gaps(user_id)
    if newest is None or not weights:
        return []
    needs = {need.skill_key: need.skill_name for need in catalog.role_needs(newest.role_id)}
    practised = set(SkillRating.objects.filter(user=user_id).values_list("skill__key", flat=True))
    if not practised & needs.keys():
        return []
    items = PracticeItem.objects.filter(skill__key__in=weights, active=True).order_by()
    can_be = set(items.values_list("skill__key", flat=True).distinct())
    left = sorted((can_be - practised) & needs.keys(), key=lambda key: (-weights[key], key))
    return [NextSkill(key, needs[key], newest.role.name) for key in left]
