"""Questions and answers of one assessment, which every score and every result reads, by queries that are put together
once."""

import uuid
from typing import Any, Final

from assessments.models import AssessmentResponse, QuestionSnapshot
from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery

NEWEST: Final = CompiledQuery(
    lambda assessment: (
        AssessmentResponse.objects.filter(assessment=assessment)
        .order_by("question_snapshot_id", "-version")
        .distinct("question_snapshot_id")
    ),
    assessment=uuid.UUID,
)
SNAPSHOTS: Final = CompiledQuery(
    lambda assessment: QuestionSnapshot.objects.filter(assessment=assessment).order_by("position"),
    assessment=uuid.UUID,
)


def question_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `assessments.queries.asked_questions` asks, to be pipelined with others."""
    return [NEWEST.read(assessment=assessment_id), SNAPSHOTS.read(assessment=assessment_id)]
