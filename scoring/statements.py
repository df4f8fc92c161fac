"""What readings of one assessment ask of it, to be pipelined with others."""

import uuid
from typing import Any

from assessments import queries as assessments
from microcred.pipelining import PipelinedQuery
from scoring import compiled_queries
from scoring.calls import spending
from scoring.contests import CONTESTS


def result_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `queries.question_results` asks."""
    queries = (
        compiled_queries.RULE_SCORES,
        compiled_queries.OVERRIDES,
        compiled_queries.ESSAYS,
        compiled_queries.MARKS,
    )
    own = [one.read(assessment_id=assessment_id) for one in queries]
    return [*own, *assessments.question_reads(assessment_id)]


def essay_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return the essays that have been judged, and what `assessments.asked_questions` asks."""
    judged = compiled_queries.ESSAYS.read(assessment_id=assessment_id)
    return [judged, *assessments.question_reads(assessment_id)]


def profile_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `queries.newest_profile` and `queries.standings` ask."""
    estimates = compiled_queries.NEWEST_ESTIMATES.read(assessment_id=assessment_id)
    return [estimates, CONTESTS.read(assessment_id=assessment_id)]


def run_read(assessment_id: uuid.UUID) -> PipelinedQuery[int]:
    """Return what `queries.next_run` asks."""
    return compiled_queries.NEWEST_RUN.read(assessment_id=assessment_id)


def usage_read(assessment_id: uuid.UUID) -> PipelinedQuery[Any]:
    """Return what `queries.model_usage` asks."""
    return spending.USAGE.read(assessment_id=assessment_id)
