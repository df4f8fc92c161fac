"""Reviewing a closed answer blind: first the reviewer's own points, then what the rules gave, then the decision."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from microcred.errors import Invalid
from ops import audit
from scoring.enums import ChangeKind
from scoring.models import ReviewTask
from scoring.oversight import queue
from scoring.oversight.changes import checked_reason, note_change, result_for, take_effect
from scoring.oversight.finishing import NotMarkedYet, finish, lock_with_result
from scoring.oversight.overrides import require_reviewer, store_points
from scoring.queries import QuestionResult

HUNDREDTH: Final = Decimal("0.01")


class PointsInvalid(Invalid):
    """Points lie between 0 and the maximum."""

    default_code = "REVIEW_400"


@dataclass(frozen=True, slots=True)
class ClosedPart:
    """A closed answer on a review sheet, with its key; ``proposed`` is None before the first marking.

    ``answer`` has the stored form, redacted.
    """

    question_type: str
    choices: list[dict[str, Any]] | None
    rules: Mapping[str, Any]
    answer: Mapping[str, Any]
    maximum: Decimal
    first_points: Decimal | None
    proposed: Decimal | None
    why: str


def closed_part(
    task: ReviewTask, result: QuestionResult, *, answer: Mapping[str, Any], why: str
) -> ClosedPart:
    """Return what the reviewer of a closed answer sees of it; ``answer`` and ``why`` are redacted."""
    first = task.first_marks
    return ClosedPart(
        question_type=result.question.question_type,
        choices=result.question.choices,
        rules=result.question.rules,
        answer=answer,
        maximum=result.maximum,
        first_points=Decimal(first["points"]) if first else None,
        proposed=result.score if first else None,
        why=why if first else "",
    )


@transaction.atomic
def mark_points_first(*, by: User, task_id: uuid.UUID, points: Decimal) -> None:
    """Keep what the reviewer gives before seeing what the rules gave; the first word stays.

    Raises:
        ReviewMissing, ReviewLost: if ``by`` does not hold the review.
        PointsInvalid: if the points do not fit the question.
    """
    require_reviewer(by)
    task = queue.lock_held(by=by, task_id=task_id)
    if task.first_marks is not None:
        return
    result = _closed_result(task)
    task.first_marks = {"points": str(_checked(points, result))}
    task.save(update_fields=["first_marks"])
    audit.record(by=by, action="review.marked_first", resource_type="review_task", resource_id=task_id)


@transaction.atomic
def conclude_closed_review(
    *, by: User, task_id: uuid.UUID, points: Decimal, reason: str, now: dt.datetime
) -> bool:
    """Let what the rules gave stand, or store the reviewer's points in its place; return whether it changed.

    What is confirmed stays the rules': a key that is corrected later still reaches it.

    Raises:
        ReviewMissing, ReviewLost: if ``by`` does not hold the review.
        NotMarkedYet: before the first marking.
        PointsInvalid, ReasonMissing: if what is given cannot be taken.
    """
    require_reviewer(by)
    task = lock_with_result(by=by, task_id=task_id)
    if task.first_marks is None:
        raise NotMarkedYet("Mark the answer once before you conclude.")
    before = _closed_result(task)
    score = _checked(points, before)
    changed = score != before.score
    if changed:
        stated = checked_reason(reason)
        store_points(task.assessment_id, before, score, reason=stated, by=by)
        note_change(
            before, result_for(task.assessment_id, question_id=task.question_id),
            assessment_id=task.assessment_id, kind=ChangeKind.REVIEW, reason=stated, by=by, now=now,
        )  # fmt: skip
    finish(task, by=by, changed=int(changed), now=now)
    if changed:
        take_effect(task.assessment_id)
    return changed


def _closed_result(task: ReviewTask) -> QuestionResult:
    if task.rule_score_id is None:
        raise PointsInvalid("An essay is marked by its criteria.")
    return result_for(task.assessment_id, question_id=task.question_id)


def _checked(points: Decimal, result: QuestionResult) -> Decimal:
    if not points.is_finite() or not 0 <= points <= result.maximum:
        raise PointsInvalid(f"The points lie between 0 and {result.maximum}.", details={"field": "points"})
    return points.quantize(HUNDREDTH)
