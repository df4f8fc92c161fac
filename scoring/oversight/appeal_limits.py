"""Until when a student may appeal, and how often."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings

from assessments import queries as assessment_queries
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Conflict
from microcred.pipelining import PipelinedQuery
from scoring.enums import AppealStatus, ChangeKind
from scoring.models import Appeal, ScoreChange
from scoring.queries import QuestionResult

_CHANGED: Final = CompiledQuery(
    lambda assessment_id: (
        ScoreChange.objects.filter(assessment_id=assessment_id)
        .exclude(kind=ChangeKind.APPEAL)
        .order_by("made_at")
        .values_list("question_snapshot_id", "made_at")
    ),
    assessment_id=uuid.UUID,
)
_APPEALS: Final = CompiledQuery(
    lambda assessment_id: (
        Appeal.objects.filter(assessment_id=assessment_id)
        .order_by()
        .values_list("question_snapshot_id", "criterion_key", "submitted_at")
    ),
    assessment_id=uuid.UUID,
)


class AppealRefused(Conflict):
    """The time for appeals is over, one is open already, or there is no score to appeal against."""

    default_code = "APPEAL_409"


def appeal_period() -> dt.timedelta:
    """Return how long a student may appeal after the result was there for them to see."""
    return dt.timedelta(days=settings.APPEAL_DAYS)


def appealable_until(assessment: Any, results: Sequence[QuestionResult]) -> dict[uuid.UUID, dt.datetime]:
    """Return by question until when its student may appeal; three queries at most.

    Questions without a score, whose time is unknown, or whose appeals are used up are left out.
    """
    shown = assessment.released_at or assessment.completed_at
    if shown is None or assessment_queries.is_held(assessment):
        return {}
    changed = dict(_CHANGED.rows(assessment_id=assessment.pk))
    appeals = _APPEALS.rows(assessment_id=assessment.pk)
    until = {}
    for one in results:
        snapshot = one.question.snapshot_id
        if one.score is None or one.question.response_id is None:
            continue
        since = max(shown, changed.get(snapshot, shown))
        made = Counter(key for answer, key, at in appeals if answer == snapshot and at >= since)
        keys = [mark.criterion_key for mark in one.marks] or [""]
        if any(made[key] < settings.APPEALS_PER_CRITERION for key in keys):
            until[one.question.question_id] = since + appeal_period()
    return until


def appeal_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `appealable_until` asks, to be pipelined with others."""
    return [one.read(assessment_id=assessment_id) for one in (_CHANGED, _APPEALS)]


def ensure_room(snapshot_id: uuid.UUID, criterion_key: str, *, since: dt.datetime) -> None:
    """Raise ``AppealRefused`` where an appeal is open, or as many as may be were decided about the score that has been
    there ``since``."""
    made = Appeal.objects.filter(question_snapshot_id=snapshot_id, criterion_key=criterion_key)
    if made.filter(status=AppealStatus.OPEN).exists():
        raise AppealRefused("An appeal about this is open already. Write into its thread.")
    if made.filter(submitted_at__gte=since).count() >= settings.APPEALS_PER_CRITERION:
        raise AppealRefused("An appeal about this has been decided, and no further one can be made.")


def seen_from(assessment: Any, snapshot_id: uuid.UUID) -> dt.datetime | None:
    """Return since when the student could see the score that stands."""
    changes = ScoreChange.objects.filter(question_snapshot_id=snapshot_id).exclude(kind=ChangeKind.APPEAL)
    changed = changes.order_by("-made_at").values_list("made_at", flat=True).first()
    shown: dt.datetime | None = assessment.released_at or assessment.completed_at
    return max(shown, changed) if shown and changed else shown
