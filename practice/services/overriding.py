"""Setting levels and goals in place of what practice has come to; in effect at once, with a reason."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any, Final

from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from accounts.policy import Permission, allows
from microcred.errors import Conflict, Forbidden, PreconditionFailed
from ops import audit
from practice import queries
from practice.enums import AssignmentStatus, OverrideKind
from practice.models import PracticeAssignment, PracticeOverride
from practice.rating import AUTHOR_DEVIATION, Rating, difficulty, rating_of
from practice.services.goals import GoalChangedMeanwhile, put_into_effect
from practice.services.ratings import locked_rating
from scoring.oversight import checked_reason

#: Who knows a student is taken to be as far off as an author is about an item; no goal is reached by their word alone.
ADVISED_DEVIATION: Final = AUTHOR_DEVIATION
OVERRIDABLE: Final = ("target_difficulty", "due_on", "status")


class LevelSetMeanwhile(PreconditionFailed):
    """Another level was set since the version that the change was made from."""


class NothingToOverride(Conflict):
    """What is to be set stands already."""

    default_code = "OVERRIDE_409"


@transaction.atomic
def set_level(
    *,
    by: User,
    student_id: uuid.UUID,
    skill_key: str,
    level: int,
    reason: str,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> PracticeOverride:
    """Have a student practise a skill at a difficulty from 1 to 10 from now on; what they are at is taken back.

    Their next answers move the rating from there, as far as those of somebody of whom little is known.

    Raises:
        Forbidden: if the caller's role may not.
        StudentMissing: if there is no such student, or none whom the caller looks after.
        SkillMissing: if there is no such skill.
        NothingToPractise: if there is no item for the skill.
        LevelSetMeanwhile: if ``expected`` names versions, and the level has been set another number of times.
        NothingToOverride: if that was set, and nothing was answered or given out since.
        ReasonMissing: without a reason.
    """
    _check_may(by)
    queries.check_sees(by=by, student_id=student_id)
    said = checked_reason(reason)
    skill = queries.skill_to_practise(student_id, skill_key, now=now)
    lock_person(student_id)
    if expected is not None and str(queries.times_level_was_set(student_id, skill.id)) not in expected:
        raise LevelSetMeanwhile("Somebody has set this level since you read it. Look at it again.")
    withdrawn = _withdrawn(by, student_id, skill.id, now)
    row = locked_rating(student_id, skill_id=skill.id, skill_key=skill.key, now=now)
    before, after = queries.aged(row, now=now), Rating(rating_of(level), ADVISED_DEVIATION)
    if withdrawn is None and before.value == after.value and before.deviation >= after.deviation:
        raise NothingToOverride("They are at this level already.")
    row.rating, row.deviation, row.updated_at = after.value, after.deviation, now
    row.save()
    return _recorded(
        PracticeOverride(
            student_id=student_id, skill_id=skill.id, kind=OverrideKind.LEVEL, withdrawn=withdrawn,
            before=_told(before), after=_told(after), reason=said, made_by=by, made_at=now,
        )
    )  # fmt: skip


@transaction.atomic
def override_goal(
    *,
    by: User,
    goal_id: uuid.UUID,
    reason: str,
    now: dt.datetime,
    expected: Collection[str] | None = None,
    **fields: Any,
) -> PracticeOverride:
    """Change what ``fields``, of ``OVERRIDABLE``, say of a student's goal.

    Raises:
        Forbidden: if the caller's role may not.
        GoalMissing: if it is not there, or not of a student whom the caller looks after.
        GoalInvalid, GoalReached: as when the student changes it.
        GoalChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
        NothingToOverride: if the goal is like this already.
        ReasonMissing: without a reason.
    """
    _check_may(by)
    said = checked_reason(reason)
    seen = queries.goals_visible_to(by).filter(pk=goal_id)
    owner = seen.values_list("user", flat=True).first()
    if owner is None:
        raise queries.GoalMissing("There is no such goal.")
    lock_person(owner)
    goal = seen.select_for_update(of=("self",)).first()
    if goal is None:
        raise queries.GoalMissing("There is no such goal.")
    if expected is not None and str(goal.version) not in expected:
        raise GoalChangedMeanwhile("The goal has changed since. Read it again.")
    wanted: dict[str, Any] = {name: fields[name] for name in OVERRIDABLE if name in fields}
    changed = put_into_effect(goal, wanted, by=by, now=now)
    if not changed:
        raise NothingToOverride("The goal is like this already.")
    return _recorded(
        PracticeOverride(
            student_id=owner, skill_id=goal.skill_id, kind=OverrideKind.GOAL, goal_id=goal.pk,
            further_skills=[skill.key for skill in goal.skills[1:]],
            before={name: _plain(was) for name, (was, _) in changed.items()},
            after={name: _plain(now_is) for name, (_, now_is) in changed.items()},
            reason=said, made_by=by, made_at=now,
        )
    )  # fmt: skip


def _check_may(by: User) -> None:
    if not allows(by, Permission.STEER_PRACTICE):
        raise Forbidden("Your role may not do this.")


def _withdrawn(
    by: User, student_id: uuid.UUID, skill_id: uuid.UUID, now: dt.datetime
) -> PracticeAssignment | None:
    """Take back what the student is at of the skill, and return it."""
    theirs = PracticeAssignment.objects.filter(user=student_id, skill=skill_id, status=AssignmentStatus.OPEN)
    found = theirs.select_for_update().first()
    if found is None:
        return None
    found.status, found.completed_at = AssignmentStatus.WITHDRAWN, now
    found.save(update_fields=["status", "completed_at"])
    audit.record(
        by=by, action="practice.withdrawn", resource_type="practice_assignment", resource_id=found.pk,
        metadata={"status": str(found.status), "attempts": found.attempts},
    )  # fmt: skip
    return found


def _recorded(made: PracticeOverride) -> PracticeOverride:
    made.save(force_insert=True)
    audit.record(
        by=made.made_by, action="practice.overridden", resource_type="practice_override", resource_id=made.pk,
        metadata={"kind": str(made.kind), "student_id": str(made.student_id)},
    )  # fmt: skip
    return made


def _told(rating: Rating) -> dict[str, float]:
    return {
        "rating": round(rating.value, 1),
        "deviation": round(rating.deviation, 1),
        "difficulty": difficulty(rating.value),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
