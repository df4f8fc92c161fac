"""Background scoring."""

import datetime as dt
import uuid
from collections.abc import Sequence

import structlog

from assessments import services as assessments
from assessments.enums import MissingPart
from microcred.ai.base import ProviderError
from ops.jobs import Claim, RetryLater
from scoring import services
from scoring.essays.judgement import Judgement
from scoring.judges import current_judge
from scoring.services import EssayToJudge, essays_to_judge

log = structlog.get_logger(__name__)


def score(claim: Claim) -> None:
    """Judge the essays, draw the profile and announce it.

    A judge that stays away is asked again with backoff; at the last attempt the essays go without a score
    and the result is degraded.
    """
    assessment_id = _assessment_of(claim)
    essays = essays_to_judge(assessment_id)
    judgements = _judge(claim, essays)
    with claim.finish():
        if judgements is None:
            assessments.note_missing(assessment_id=assessment_id, parts=[MissingPart.ESSAY_SCORES])
        services.conclude(assessment_id=assessment_id, essays=essays, judgements=judgements)


def give_up_scoring(claim: Claim) -> None:
    """Go on without essay scores after a job that killed its worker too often."""
    assessment_id = _assessment_of(claim)
    essays = essays_to_judge(assessment_id)
    with claim.finish():
        assessments.note_missing(assessment_id=assessment_id, parts=[MissingPart.ESSAY_SCORES])
        services.conclude(assessment_id=assessment_id, essays=essays, judgements=None)


def _judge(claim: Claim, essays: Sequence[EssayToJudge]) -> list[Judgement] | None:
    if not essays:
        return []
    try:
        return current_judge().judge([essay.task for essay in essays])
    except ProviderError as error:
        if error.retryable and not claim.is_last_attempt:
            delay = None if error.retry_after is None else dt.timedelta(seconds=error.retry_after)
            raise RetryLater(error.kind, delay=delay) from error
        log.warning("essays_left_unscored", kind=error.kind, essays=len(essays))
        return None


def _assessment_of(claim: Claim) -> uuid.UUID:
    if claim.assessment_id is None:
        raise ValueError("a scoring job names its assessment")
    return claim.assessment_id
