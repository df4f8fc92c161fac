"""When students practised last, what they have reached by it, and what comes next."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce

from assessments import queries as assessments
from catalog import queries as catalog
from practice.enums import GoalStatus
from practice.models import PracticeAnswer, PracticeAssignment, PracticeGoal, SkillRating
from practice.queries.item_assignment import skills_with_items, weighed
from scoring import queries as scoring


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
    return rows.select_related("skill").prefetch_related("further__skill").order_by("-reached_at")


def next_skills(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[NextSkill]]:
    """Return what the newest result of each of these students leaves to learn and they have not practised yet, the most
    first.

    Nobody has any who has practised none of what the role asks for. It takes a statement for each role, and as many
    more however many students there are.
    """
    practised = _practised_skills(user_ids)
    shown = assessments.shown_to_students(practised).select_related("role")
    newest = list(shown.order_by("user_id", "-completed_at").distinct("user_id"))
    needs = {role: catalog.role_needs(role) for role in {one.role_id for one in newest}}
    asked_for = {role: {need.skill_key: need.skill_name for need in of} for role, of in needs.items()}
    going = [one for one in newest if practised[one.user_id] & asked_for[one.role_id].keys()]
    levels = scoring.levels_of([one.pk for one in going])
    can_be = skills_with_items(key for one in going for key in asked_for[one.role_id])
    found = {}
    for one in going:
        names, weights = asked_for[one.role_id], weighed(needs[one.role_id], levels.get(one.pk, {}))
        left = sorted(weights.keys() & can_be - practised[one.user_id], key=lambda key: (-weights[key], key))
        found[one.user_id] = [NextSkill(key, names[key], one.role.name) for key in left]
    return found


def _practised_skills(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """Return the keys of the skills that students have ratings of; nobody who has none."""
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    rows = SkillRating.objects.filter(user__in=user_ids).order_by()
    for user, key in rows.values_list("user", "skill__key"):
        found[user].add(key)
    return found
