"""A person's score in place of the one that stands, with a reason and in effect at once."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries as assessment_queries
from assessments import services as assessments
from catalog.enums import QuestionType
from microcred.errors import Conflict, Forbidden, Invalid, PreconditionFailed
from ops import audit
from scoring.enums import ChangeKind, MarkStatus
from scoring.models import ScoreChange, ScoreOverride
from scoring.oversight import essays, queue
from scoring.oversight.changes import checked_reason, note_change, result_for, take_effect
from scoring.oversight.essays import GivenLevel
from scoring.queries import QuestionResult, score_version
from scoring.rules.engine import is_scored_by_rules

HUNDREDTH = Decimal("0.01")


class OverrideInvalid(Invalid):
    """An essay takes a criterion and a level, a closed question a score from 0 to its maximum."""

    default_code = "OVERRIDE_400"


class ScoreChangedMeanwhile(PreconditionFailed):
    """Another score stands since the version that the change was made from."""


class NothingToOverride(Conflict):
    """The question has no score that a person could replace, or has this very score by a person already."""

    default_code = "OVERRIDE_409"


@dataclass(frozen=True, slots=True)
class NewScore:
    """What a person gives: an essay's criterion (key or name) a level (id or name), or a closed answer points."""

    criterion_key: str = ""
    level: str = ""
    score: Decimal | None = None


@transaction.atomic
def override(
    *,
    by: User,
    assessment_id: uuid.UUID,
    question_id: uuid.UUID,
    new: NewScore,
    reason: str,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> ScoreChange:
    """Put a person's score in place of the one that stands; profile and recommendation follow from it.

    Raises:
        AssessmentMissing, QuestionNotAsked: if it is not there or not for ``by`` to see.
        Forbidden: if ``by`` does not change scores.
        ResultMissing: if the assessment has no result (yet).
        ReasonMissing, OverrideInvalid, LevelUnknown: if what is given cannot be taken.
        ScoreChangedMeanwhile: if ``expected`` names versions, and none of them is that of what stands.
        NothingToOverride: if nothing would change.
    """
    assessment_queries.get_visible(by=by, assessment_id=assessment_id)
    require_reviewer(by)
    stated = checked_reason(reason)
    assessments.lock_result(assessment_id)
    change = replace_score(
        by=by,
        assessment_id=assessment_id,
        question_id=question_id,
        new=new,
        reason=stated,
        kind=ChangeKind.OVERRIDE,
        now=now,
        expected=expected,
    )
    audit.record(
        by=by, action="score.overridden", resource_type="assessment", resource_id=assessment_id,
        metadata={"change_id": str(change.pk), "question_id": str(question_id)},
    )  # fmt: skip
    return change


def require_reviewer(by: User) -> None:
    """Raise ``Forbidden`` unless ``by`` may change scores."""
    if not allows(by, Permission.REVIEW_SCORES):
        raise Forbidden("Only staff changes scores.")


def replace_score(
    *,
    by: User,
    assessment_id: uuid.UUID,
    question_id: uuid.UUID,
    new: NewScore,
    reason: str,
    kind: ChangeKind,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> ScoreChange:
    """Store the score, what it was before, and all that follows; the caller holds the assessment's lock.

    Raises ``ScoreChangedMeanwhile`` where what stands is none of the ``expected`` versions, and what
    `checked_score` raises.
    """
    before = result_for(assessment_id, question_id=question_id)
    require_seen(before, new, expected)
    checked = checked_score(before, new)
    if before.question.question_type == QuestionType.ESSAY:
        given = {checked.criterion_key: GivenLevel(checked.level, reason)}
        essays.store_human_run(assessment_id, before, given, by=by)
    else:
        store_points(assessment_id, before, checked.score or Decimal(0), reason=reason, by=by)
    after = result_for(assessment_id, question_id=question_id)
    change = note_change(
        before,
        after,
        assessment_id=assessment_id,
        criterion_key=checked.criterion_key,
        kind=kind,
        reason=reason,
        by=by,
        now=now,
    )
    queue.withdraw_settled(after, now=now)
    take_effect(assessment_id)
    return change


def require_seen(standing: QuestionResult, new: NewScore, expected: Collection[str] | None) -> None:
    """Raise ``ScoreChangedMeanwhile`` if what ``new`` replaces is none of the ``expected`` versions; None is any."""
    if expected is None:
        return
    by_name = {mark.criterion_name: mark.criterion_key for mark in standing.marks}
    criterion = by_name.get(new.criterion_key, new.criterion_key)
    if score_version(standing, criterion) not in expected:
        raise ScoreChangedMeanwhile("The score has been changed since you read it. Look at it again.")


def checked_score(standing: QuestionResult, new: NewScore) -> NewScore:
    """Return the new score with its level as an id.

    Raises:
        OverrideInvalid, LevelUnknown: if it does not fit the question.
        NothingToOverride: if there is nothing to replace, or it would be replaced by the same.
    """
    question = standing.question
    if question.response_id is None:
        raise NothingToOverride("The question was not answered, so there is nothing to score.")
    if question.question_type == QuestionType.ESSAY:
        return _checked_level(standing, new)
    if not is_scored_by_rules(question.question_type):
        raise NothingToOverride("The question is not scored.")
    return _checked_points(standing, new)


def _checked_level(standing: QuestionResult, new: NewScore) -> NewScore:
    if new.score is not None or not new.criterion_key or not new.level:
        raise OverrideInvalid(
            "An essay takes a criterion and a level.", details={"field": "level" if new.criterion_key else "criterion"}
        )  # fmt: skip
    task = essays.task_in_force(standing)
    criterion, level = essays.named_level(task, essays.criterion_key(task, new.criterion_key), new.level)
    marks = {mark.criterion_key: mark for mark in standing.marks if mark.status == MarkStatus.SCORED}
    if criterion.key in marks and marks[criterion.key].level_id == level.id:
        raise NothingToOverride("The criterion has this level already.")
    return NewScore(criterion.key, level.id)


def _checked_points(standing: QuestionResult, new: NewScore) -> NewScore:
    if new.criterion_key or new.level or new.score is None:
        raise OverrideInvalid("A closed question takes a score.", details={"field": "score"})
    if not new.score.is_finite() or not 0 <= new.score <= standing.maximum:
        raise OverrideInvalid(f"The score lies between 0 and {standing.maximum}.", details={"field": "score"})
    score = new.score.quantize(HUNDREDTH)
    if score == standing.score:
        raise NothingToOverride("The question has this score already.")
    return NewScore(score=score)


def store_points(
    assessment_id: uuid.UUID, standing: QuestionResult, score: Decimal, *, reason: str, by: User
) -> ScoreOverride:
    """Store the points that a person gives a closed answer; the caller holds the assessment's lock."""
    rows = ScoreOverride.objects.filter(question_snapshot_id=standing.question.snapshot_id)
    return ScoreOverride.objects.create(
        assessment_id=assessment_id,
        question_snapshot_id=standing.question.snapshot_id,
        response_id=standing.question.answered_by,
        run=(rows.aggregate(run=Max("run"))["run"] or 0) + 1,
        score=score,
        maximum=standing.maximum,
        explanation=reason,
        scored_by=by,
    )
