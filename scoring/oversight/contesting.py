"""Students contest a skill level that was inferred from their answers; staff checks it."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.policy import Permission, allows, sees_student
from assessments import queries as assessment_queries
from assessments import services as assessments
from microcred.errors import Conflict, Forbidden, Invalid, Missing
from ops import audit
from scoring import contests, queries
from scoring.enums import ContestOutcome
from scoring.models import SkillCheck, SkillContest, SkillEstimate
from scoring.oversight.changes import LONGEST_REASON, checked_reason, take_effect
from scoring.oversight.overrides import require_reviewer
from scoring.stated import clean_statement

THOUSANDTH: Final = Decimal("0.001")
HIGHEST: Final = Decimal(5)


class SkillNotInferred(Missing):
    """No answer of the assessment says anything about this skill."""

    default_code = "SKILL_404"


class ContestRefused(Conflict):
    """The level is contested already, or a person has checked it since, or there is nothing to check."""

    default_code = "CONTEST_409"


class ContestInvalid(Invalid):
    """A contest says why, and a correction names another level from 0 to 5."""

    default_code = "CONTEST_400"


@transaction.atomic
def contest_skill(
    *, by: User, assessment_id: uuid.UUID, skill_key: str, reason: str, now: dt.datetime
) -> SkillContest:
    """Say that an inferred level is wrong; until it is checked it weighs less, and the recommendations follow.

    Raises:
        AssessmentMissing, Forbidden: if it is not there, or not the caller's own.
        ResultMissing: if there is no result, or none that the student may see yet.
        SkillNotInferred: if no answer says anything about the skill.
        ContestInvalid: if no reason is given.
        ContestRefused: if the level is contested already, or was checked and has not moved since.
    """
    assessment = assessment_queries.get_visible(by=by, assessment_id=assessment_id)
    if assessment.user_id != by.pk:
        raise Forbidden("Only the student contests a level.")
    if assessment_queries.is_held(assessments.lock_result(assessment_id)):
        raise assessments.ResultMissing("The result has not been released yet.")
    said = _checked_words(reason)
    estimate = _estimate(assessment_id, skill_key)
    _refuse_again(assessment_id, skill_key, estimate)
    row = SkillContest.objects.create(
        assessment_id=assessment_id,
        skill_id=estimate.skill_id,
        level=estimate.level,
        deviation=estimate.deviation,
        reason=said,
        submitted_by=by,
        submitted_at=now,
    )
    _note(by, "skill.contested", assessment_id, skill_key)
    take_effect(assessment_id)
    return row


@transaction.atomic
def check_skill(
    *,
    by: User,
    assessment_id: uuid.UUID,
    skill_key: str,
    level: Decimal | None,
    reason: str,
    now: dt.datetime,
) -> SkillCheck:
    """Confirm a contested level (``level`` None or the one that stands) or correct it, with a reason for the student.

    A corrected level counts in place of the inferred one from then on, whatever is scored later; the profile is drawn
    anew and the recommendations follow.

    Raises:
        AssessmentMissing, Forbidden: if ``by`` may not see it, or does not change scores.
        SkillNotInferred: if nothing says anything about the skill.
        ContestRefused: if the level is not contested, or was checked already.
        ContestInvalid: for a level off the scale.
        ReasonMissing: if no reason is given.
    """
    assessment_queries.get_visible(by=by, assessment_id=assessment_id)
    require_reviewer(by)
    stated = checked_reason(reason)
    assessments.lock_result(assessment_id)
    estimate = _estimate(assessment_id, skill_key)
    said = contests.standings(assessment_id).get(skill_key)
    if said is None or said.open is None:
        raise ContestRefused("Nobody contests this level, or it has been checked already.")
    found = estimate.level if level is None else _checked_level(level)
    outcome = ContestOutcome.CONFIRMED if found == estimate.level else ContestOutcome.CORRECTED
    row = SkillCheck.objects.create(
        contest=said.open,
        outcome=outcome,
        before=estimate.level,
        level=found,
        reason=stated,
        checked_by=by,
        checked_at=now,
    )
    _note(by, "skill.checked", assessment_id, skill_key, outcome=outcome, level=str(found))
    take_effect(assessment_id)
    return row


def contests_to_check(by: User) -> QuerySet[SkillContest]:
    """Return the contested levels that wait for a check, of the students in the caller's sight, the oldest first."""
    if not allows(by, Permission.REVIEW_SCORES):
        return SkillContest.objects.none()
    waiting = SkillContest.objects.filter(sees_student(by, path="assessment__user"), check_made=None)
    return waiting.order_by("submitted_at", "pk")


def _estimate(assessment_id: uuid.UUID, skill_key: str) -> SkillEstimate:
    rows = SkillEstimate.objects.filter(
        assessment_id=assessment_id, run=queries.next_run(assessment_id) - 1, skill__key=skill_key
    )
    found = rows.filter(evidence__gt=0).first()
    if found is None:
        raise SkillNotInferred("No answer of this assessment says anything about this skill.")
    return found


def _refuse_again(assessment_id: uuid.UUID, skill_key: str, estimate: SkillEstimate) -> None:
    said = contests.standings(assessment_id).get(skill_key)
    if said is None:
        return
    if said.open is not None:
        raise ContestRefused("You contest this level already. Somebody will check it.")
    if said.checked is not None and said.checked.level == estimate.level:
        raise ContestRefused("A person has checked this level, and it has not changed since.")


def _checked_words(reason: str) -> str:
    said = clean_statement(reason)
    if not said or len(said) > LONGEST_REASON:
        raise ContestInvalid(f"Say why, in at most {LONGEST_REASON} characters.", details={"field": "reason"})
    return said


def _checked_level(level: Decimal) -> Decimal:
    if not 0 <= level <= HIGHEST:
        raise ContestInvalid("A level lies between 0 and 5.", details={"field": "level"})
    return level.quantize(THOUSANDTH)


def _note(by: User, action: str, assessment_id: uuid.UUID, skill_key: str, **facts: str) -> None:
    audit.record(
        by=by, action=action, resource_type="assessment", resource_id=assessment_id,
        metadata={"skill": skill_key, **facts},
    )  # fmt: skip
