"""Background scoring."""

import uuid
from collections.abc import Sequence

import structlog

from assessments import services as assessments
from assessments.enums import MissingPart
from microcred.ai.base import ProviderError
from ops.jobs import Claim, RetryLater
from scoring import services
from scoring.essays.judgement import Judgement
from scoring.essays.task import EssayTask
from scoring.judges import ABOUT_THE_ESSAY, call_by_call, current_judge, read_group
from scoring.services import EssayToJudge, JudgedEssay, essays_to_judge

log = structlog.get_logger(__name__)
MOST_SILENT_TRIES = 2


def score(claim: Claim) -> None:
    """Judge the essays, draw the profile and announce it.

    A judge that stays away is asked again with backoff; at the last attempt the essays that it did not judge
    go without a score and the result is degraded.
    """
    assessment_id = _assessment_of(claim)
    judged = _judge(claim, essays_to_judge(assessment_id))
    with claim.finish():
        _conclude(assessment_id, judged)


def give_up_scoring(claim: Claim) -> None:
    """Go on without essay scores after a job that killed its worker too often."""
    assessment_id = _assessment_of(claim)
    unjudged = [JudgedEssay(essay, None) for essay in essays_to_judge(assessment_id)]
    with claim.finish():
        _conclude(assessment_id, unjudged)


def _conclude(assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> None:
    lacking = any(essay.judgement is None for essay in judged)
    note = assessments.note_missing if lacking else assessments.note_found
    note(assessment_id=assessment_id, parts=[MissingPart.ESSAY_SCORES])
    services.conclude(assessment_id=assessment_id, judged=judged)


def _judge(claim: Claim, essays: Sequence[EssayToJudge]) -> list[JudgedEssay]:
    found = _judgements(claim, [essay.task for essay in essays]) if essays else {}
    return [JudgedEssay(essay, found.get(essay.task.question_id)) for essay in essays]


def _judgements(claim: Claim, tasks: Sequence[EssayTask]) -> dict[str, Judgement]:
    """Return the judgements by question; at the last attempt those that could be had."""
    judge = current_judge()
    found: dict[str, Judgement] = {}
    waiting = call_by_call(judge, tasks)
    while waiting:
        group = waiting.pop(0)
        claim.ensure_held()
        try:
            found.update((judgement.question_id, judgement) for judgement in read_group(judge, group))
        except ProviderError as error:
            if error.retryable and not _is_enough(claim, error):
                raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
            log.warning("essays_left_unscored", kind=error.kind, essays=len(group))
            if error.kind not in ABOUT_THE_ESSAY:
                break
            if len(group) > 1:
                waiting = [[task] for task in group] + waiting
    return found


def _is_enough(claim: Claim, error: ProviderError) -> bool:
    """Whether to go on without; a provider that keeps silent would take a result past a minute."""
    return claim.is_last_attempt or (error.kind == "timeout" and claim.attempt >= MOST_SILENT_TRIES)


def _assessment_of(claim: Claim) -> uuid.UUID:
    if claim.assessment_id is None:
        raise ValueError("a scoring job names its assessment")
    return claim.assessment_id
