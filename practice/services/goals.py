"""Setting goals, and reaching them."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import Conflict, Invalid, PreconditionFailed
from microcred.labels import clean_labels
from ops import audit
from practice import queries
from practice.enums import GoalStatus
from practice.models import MOST_SKILLS, PracticeGoal, PracticeGoalSkill, SkillRating
from practice.rating import Rating, RatingMethod, rating_of

MOST_GOALS: Final = 200
SURE: Final = 120.0
SURE_ANSWERS: Final = 10
CHANGEABLE: Final = ("title", "tags", "target_difficulty", "due_on", "status")


class GoalInvalid(Invalid):
    """A goal cannot be like this."""

    default_code = "GOAL_400"


class GoalsFull(Conflict):
    """The student has as many goals as anybody may have."""

    default_code = "GOALS_409"


class GoalReached(Conflict):
    """A goal that was reached stays so."""

    default_code = "GOAL_409"


class GoalChangedMeanwhile(PreconditionFailed):
    """The goal has changed since the version that the change was made from."""


@transaction.atomic
def set_goal(
    *,
    by: User,
    skill_key: str,
    further: Sequence[str] = (),
    title: str,
    target_difficulty: int,
    seen: uuid.UUID | None = None,
    now: dt.datetime,
    **fields: Any,
) -> PracticeGoal:
    """Set out to reach a difficulty in a skill that there are items for, and in ``further`` ones; ``fields`` are tags
    and due_on.

    One that the student has reached already is reached at once. ``seen`` is the latest goal that the caller had before
    their eyes, the nil id where there was none: one in the same skill with the same title that they have set since is
    the same, sent twice.

    Raises:
        SkillMissing: if there is no such skill.
        NothingToPractise: if there is no item for a skill.
        GoalInvalid: if the title is empty or too long, or a tag is, or for a skill twice or too many, or a day that is
            over for the student.
        GoalsFull: if they have ``MOST_GOALS``.
    """
    lock_person(by.pk)
    sent = (
        None
        if seen is None
        else queries.own_goals(by, skill=skill_key).filter(pk__gt=seen, title=title.strip())
    )
    if sent:
        return sent[0]
    _refuse_too_many(by)
    keys = [skill_key, *further]
    if len(keys) > MOST_SKILLS or len(set(keys)) < len(keys):
        raise GoalInvalid(f"A goal has 1 to {MOST_SKILLS} skills, each once.", details={"field": "skills"})
    _refuse_past(by.pk, fields.get("due_on"), now=now)
    skill, *others = [queries.skill_to_practise(by.pk, key, now=now) for key in keys]
    start = queries.standing(by.pk, skill.key, now=now)
    goal = PracticeGoal.objects.create(
        user=by, skill_id=skill.id, start=start.value, created_at=now, updated_at=now,
        **_checked({**fields, "title": title, "target_difficulty": target_difficulty}),
    )  # fmt: skip
    for one in others:
        began = queries.standing(by.pk, one.key, now=now).value
        PracticeGoalSkill.objects.create(goal=goal, skill_id=one.id, start=began)
    _record(by, "set", goal)
    reach(by=by, student_id=by.pk, skill_id=skill.id, rating=start, now=now)
    return queries.own_goal(by=by, goal_id=goal.pk)


@transaction.atomic
def change_goal(
    *,
    by: User,
    goal_id: uuid.UUID,
    now: dt.datetime,
    expected: Collection[str] | None = None,
    **fields: Any,
) -> PracticeGoal:
    """Change what ``fields``, of ``CHANGEABLE``, say; a goal may be dropped and taken up again, not declared reached.

    Raises:
        GoalMissing: if it is not there or not the caller's.
        GoalInvalid: if the title is empty or too long, or a tag is, or for another day that is over for the student.
        GoalReached: if it was reached.
        GoalChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
    """
    lock_person(by.pk)
    put_into_effect(_locked(by, goal_id, expected), fields, by=by, now=now)
    return queries.own_goal(by=by, goal_id=goal_id)


@transaction.atomic
def delete_goal(*, by: User, goal_id: uuid.UUID, expected: Collection[str] | None = None) -> None:
    """Take a goal away for good. Raises as changing does."""
    goal = _locked(by, goal_id, expected)
    _record(by, "deleted", goal)
    goal.delete()


def put_into_effect(
    goal: PracticeGoal, fields: Mapping[str, Any], *, by: User, now: dt.datetime
) -> dict[str, tuple[Any, Any]]:
    """Change what differs of a goal that the caller's transaction has locked; return by its name what it was, and is.

    Raises:
        GoalInvalid, GoalReached: as changing does.
    """
    if fields and goal.status == GoalStatus.REACHED:
        raise GoalReached("It was reached. Set a new one.")
    wanted = _checked(fields)
    differing = {
        name: (getattr(goal, name), value) for name, value in wanted.items() if getattr(goal, name) != value
    }
    if not differing:
        return {}
    if "due_on" in differing:
        _refuse_past(goal.user_id, wanted["due_on"], now=now)
    for name, (_, value) in differing.items():
        setattr(goal, name, value)
    goal.updated_at, goal.version = now, goal.version + 1
    goal.save()
    _record(by, "changed", goal, fields=sorted(differing))
    standing = queries.standing(goal.user_id, goal.skill.key, now=now)
    reach(by=by, student_id=goal.user_id, skill_id=goal.skill_id, rating=standing, now=now)
    return differing


def reach(
    *, by: User, student_id: uuid.UUID, skill_id: uuid.UUID, rating: Rating, now: dt.datetime
) -> Sequence[PracticeGoal]:
    """Mark a student's open goals that have a skill and that this rating is enough for, and return them; for a
    caller's transaction.

    It is enough where it is as high as the goal and known to within ``SURE`` points, which takes some ten answers; the
    flat way knows no deviations, and takes ``SURE_ANSWERS``. A goal of several skills is reached where the ratings of
    all others are enough at the same time.
    """
    if not _is_sure(student_id, skill_id, rating):
        return ()
    lock_person(student_id)
    mine = queries.open_goals_with(student_id, skill_id)
    reached = [
        goal
        for goal in mine.select_for_update(of=("self",)).order_by("pk")
        if rating_of(goal.target_difficulty) <= rating.value and _has_others(goal, skill_id, now)
    ]
    for goal in reached:
        goal.status, goal.reached_at = GoalStatus.REACHED, now
        goal.updated_at, goal.version = now, goal.version + 1
        goal.save()
        _record(by, "reached", goal)
    return reached


def _has_others(goal: PracticeGoal, skill_id: uuid.UUID, now: dt.datetime) -> bool:
    """Whether the ratings of all skills of a goal but this one are enough for it."""
    others = [skill for skill in goal.skills if skill.pk != skill_id]
    ratings = ((skill, queries.standing(goal.user_id, skill.key, now=now)) for skill in others)
    return all(
        rating_of(goal.target_difficulty) <= rating.value and _is_sure(goal.user_id, skill.pk, rating)
        for skill, rating in ratings
    )


def _is_sure(student_id: uuid.UUID, skill_id: uuid.UUID, rating: Rating) -> bool:
    if RatingMethod(settings.PRACTICE_RATING) is not RatingMethod.FLAT:
        return rating.deviation <= SURE
    return SkillRating.objects.filter(user=student_id, skill=skill_id, answers__gte=SURE_ANSWERS).exists()


def _refuse_too_many(by: User) -> None:
    if PracticeGoal.objects.filter(user=by).count() >= MOST_GOALS:
        raise GoalsFull(
            f"Nobody has more than {MOST_GOALS} goals. Delete some first.", details={"most": MOST_GOALS}
        )


def _refuse_past(student_id: uuid.UUID, due_on: dt.date | None, *, now: dt.datetime) -> None:
    today: dt.date = import_string(settings.STUDENTS_DAY)(student_id, now=now)
    if due_on is not None and due_on < today:
        raise GoalInvalid("This day is over. Name one that is to come, or none.", details={"field": "due_on"})


def _locked(by: User, goal_id: uuid.UUID, expected: Collection[str] | None) -> PracticeGoal:
    mine = PracticeGoal.objects.filter(user=by, pk=goal_id).select_related("skill")
    goal = mine.select_for_update(of=("self",)).first()
    if goal is None:
        raise queries.GoalMissing("There is no such goal.")
    if expected is not None and str(goal.version) not in expected:
        raise GoalChangedMeanwhile("The goal has changed since. Read it again.")
    return goal


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    return clean_labels({name: fields[name] for name in CHANGEABLE if name in fields}, refused=GoalInvalid)


def _record(by: User, action: str, goal: PracticeGoal, **facts: Any) -> None:
    audit.record(
        by=by, action=f"goal.{action}", resource_type="practice_goal", resource_id=goal.pk,
        metadata={"status": str(goal.status), "version": goal.version, **facts},
    )  # fmt: skip
