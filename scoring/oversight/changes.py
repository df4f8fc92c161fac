"""Putting changed scores into effect, and telling what was changed."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import User
from accounts.policy import sees_student
from assessments import services as assessments
from assessments.enums import MissingPart
from microcred.errors import Invalid, Missing
from scoring import queries
from scoring.enums import ChangeKind, EssayOutcome, MarkStatus
from scoring.events import assessment_scored
from scoring.models import ScoreChange
from scoring.queries import QuestionResult
from scoring.services import draw_profile
from scoring.stated import clean_statement

LONGEST_REASON: Final = 2_000


class ReasonMissing(Invalid):
    """A changed score needs a reason of at most 2000 characters."""

    default_code = "REASON_400"


class QuestionNotAsked(Missing):
    """The assessment did not ask this question."""

    default_code = "QUESTION_404"


def checked_reason(reason: str) -> str:
    """Return the reason without space around it; raises ``ReasonMissing``."""
    said = clean_statement(reason)
    if not said or len(said) > LONGEST_REASON:
        raise ReasonMissing(
            f"State a reason of at most {LONGEST_REASON} characters; the student reads it.",
            details={"field": "reason"},
        )
    return said


def result_for(assessment_id: uuid.UUID, *, question_id: uuid.UUID) -> QuestionResult:
    """Return the outcome of one question as it stands; raises ``QuestionNotAsked``."""
    for result in queries.question_results(assessment_id):
        if result.question.question_id == question_id:
            return result
    raise QuestionNotAsked("The assessment did not ask this question.")


def standing(result: QuestionResult, criterion_key: str = "") -> dict[str, Any]:
    """Return what is kept of a score before and after a change, as JSON values."""
    marks = [
        mark
        for mark in result.marks
        if mark.criterion_key == criterion_key and mark.status == MarkStatus.SCORED
    ]
    return {
        "level": marks[0].level_name if marks else None,
        "points": str(marks[0].points) if marks else None,
        "score": None if result.score is None else str(result.score),
        "maximum": str(result.maximum),
    }


def note_change(
    before: QuestionResult,
    after: QuestionResult,
    *,
    assessment_id: uuid.UUID,
    criterion_key: str = "",
    kind: ChangeKind,
    reason: str,
    by: User | None,
    now: dt.datetime,
) -> ScoreChange:
    """Keep what a score was and has become."""
    names = [mark.criterion_name for mark in after.marks if mark.criterion_key == criterion_key]
    return ScoreChange.objects.create(
        assessment_id=assessment_id,
        question_snapshot_id=after.question.snapshot_id,
        criterion_key=criterion_key,
        criterion_name=names[0] if names else "",
        kind=kind,
        reason=reason,
        before=standing(before, criterion_key),
        after=standing(after, criterion_key),
        made_by=by,
        made_at=now,
    )


def take_effect(assessment_id: uuid.UUID) -> None:
    """Draw the profile anew from the scores that now count, and announce it; the recommendations follow."""
    results = queries.question_results(assessment_id)
    if not any(result.status == EssayOutcome.UNAVAILABLE for result in results):
        assessments.mend(assessment_id=assessment_id, parts=[MissingPart.ESSAY_SCORES])
    run = draw_profile(assessment_id)
    assessment_scored.send(sender=None, assessment_id=assessment_id, run=run)


def changes_of(assessment_id: uuid.UUID) -> Sequence[ScoreChange]:
    """Return the changes with who made them, for staff, the newest first."""
    rows = ScoreChange.objects.filter(assessment_id=assessment_id).order_by("-made_at", "-pk")
    return list(rows.select_related("made_by", "question_snapshot"))


def overrides_visible_to(by: User) -> QuerySet[ScoreChange]:
    """Return the scores that people replaced of their own accord, of the students whom the caller looks after, the
    latest first; what reviews, appeals and rescorings changed is not among them."""
    replaced = ScoreChange.objects.filter(kind=ChangeKind.OVERRIDE)
    return replaced.filter(sees_student(by, path="assessment__user")).order_by("-made_at", "-pk")
