"""Background scoring."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from assessments import services as assessments
from assessments.enums import MissingPart
from microcred.ai.base import ProviderError
from microcred.pipelining import PipelinedQuery, prefetched
from ops.jobs import Claim, RetryLater
from scoring import queries, services
from scoring.calls.ledger import BudgetExceeded, Payer, abandon_earlier
from scoring.calls.resumption import has_resumable_calls, left_read, resume_open_calls
from scoring.calls.writer import writer_of, writer_read
from scoring.enums import CallPurpose
from scoring.essay_runs import NOT_RELEASED
from scoring.essays.judgement import Judge, Judgement
from scoring.essays.task import EssayTask
from scoring.judges import ABOUT_THE_ESSAY, NotReleased, ask_ahead, call_by_call, judge_for, read_group
from scoring.releasing import released_read
from scoring.services import OUT_OF_BUDGET, EssayToJudge, JudgedEssay, essays_to_judge, unscored_essays

log = structlog.get_logger(__name__)
MOST_SILENT_TRIES = 2
JUDGING = (CallPurpose.SCORING, CallPurpose.READING)


def score(claim: Claim) -> None:
    """Judge the essays, draw the profile and announce it.

    A judge that stays away is asked again with backoff; at the last attempt the essays that it did not judge
    go without a score and the result is degraded.
    """
    assessment_id = _assessment_of(claim)
    judged = _judge(claim)
    with claim.finish():
        _conclude(assessment_id, judged)


def give_up_scoring(claim: Claim) -> None:
    """Go on without essay scores after a job that killed its worker too often."""
    assessment_id = _assessment_of(claim)
    abandon_earlier(replace(_payer(claim), attempt=claim.attempt + 1))
    unjudged = [JudgedEssay(essay, None) for essay in essays_to_judge(assessment_id)]
    with claim.finish():
        _conclude(assessment_id, unjudged)


def score_pending(claim: Claim) -> None:
    """Judge the essays that a result had to go without; what still cannot be had is left for another time."""
    assessment_id = _assessment_of(claim)
    judged = _judge(claim)
    with claim.finish():
        services.conclude_late(assessment_id=assessment_id, judged=judged)


def _conclude(assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> None:
    lacking = any(essay.judgement is None for essay in judged)
    note = assessments.note_missing if lacking else assessments.note_found
    note(assessment_id=assessment_id, parts=[MissingPart.ESSAY_SCORES])
    services.conclude(assessment_id=assessment_id, judged=judged)


def _judge(claim: Claim) -> list[JudgedEssay]:
    essays, judge = _beginning(claim)
    reading = _judgements(claim, essays, judge) if essays else Reading()
    return [
        JudgedEssay(essay, reading.found.get(key), reading.why_not.get(key, ""))
        for essay in essays
        for key in (essay.task.question_id,)
    ]


def _beginning(claim: Claim) -> tuple[list[EssayToJudge], Judge | None]:
    """The essays with their judge; with none yet where answers that the provider keeps are to be taken over first."""
    assessment_id = _assessment_of(claim)
    with prefetched(*queries.essay_reads(assessment_id), *_judge_reads(assessment_id)):
        essays = unscored_essays(assessment_id)
        is_at_hand = bool(essays) and not has_resumable_calls(assessment_id)
        return essays, _judge_of(claim, essays) if is_at_hand else None


def _judge_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    return [left_read(assessment_id), writer_read(assessment_id), released_read()]


@dataclass
class Reading:
    """The judgements that could be had, by question, and why the others could not."""

    found: dict[str, Judgement] = field(default_factory=dict)
    why_not: dict[str, str] = field(default_factory=dict)

    def miss(self, tasks: Iterable[EssayTask], why: str) -> None:
        """Go on without these."""
        self.why_not.update((task.question_id, why) for task in tasks)


def _judgements(claim: Claim, essays: Sequence[EssayToJudge], judge: Judge | None) -> Reading:
    """Return the judgements by question; at the last attempt those that could be had."""
    reading = Reading()
    try:
        if judge is None:
            resume_open_calls(_payer(claim), purposes=JUDGING)
        else:
            abandon_earlier(_payer(claim))
    except ProviderError as error:
        _go_on_without(claim, error, [essay.task for essay in essays], reading)
    else:
        _ask(claim, judge or _judge_of(claim, essays), essays, reading)
    return reading


def _ask(claim: Claim, judge: Judge, essays: Sequence[EssayToJudge], reading: Reading) -> None:
    """Have a judge read the essays, as many as a call takes at a time."""
    waiting = call_by_call(judge, [essay.task for essay in essays])
    claim.ensure_held()
    ask_ahead(judge, waiting)
    while waiting:
        group = waiting.pop(0)
        claim.ensure_held()
        try:
            reading.found.update((one.question_id, one) for one in read_group(judge, group))
        except BudgetExceeded as error:
            # Other groups may need no new call, or a cheaper one.
            log.error("model_budget_exceeded", limit=error.limit, essays=len(group))
            reading.miss(group, OUT_OF_BUDGET)
        except NotReleased:
            log.error("no_released_scorer", essays=len(group))
            reading.miss(group, NOT_RELEASED)
        except ProviderError as error:
            if error.kind in ABOUT_THE_ESSAY and len(group) > 1:
                # One essay may have spoilt the reply to all of them.
                waiting = [[task] for task in group] + waiting
                continue
            _go_on_without(claim, error, group, reading)
            if error.kind not in ABOUT_THE_ESSAY:
                reading.miss((task for group in waiting for task in group), error.kind)
                break


def _judge_of(claim: Claim, essays: Sequence[EssayToJudge]) -> Judge:
    assessment_id = _assessment_of(claim)
    return judge_for(
        writer_of(assessment_id),
        payer=_payer(claim),
        snapshots={essay.task.question_id: essay.question.snapshot_id for essay in essays},
    )


def _go_on_without(
    claim: Claim, error: ProviderError, unjudged: Sequence[EssayTask], reading: Reading
) -> None:
    """Leave essays without a judgement; raises RetryLater as long as another attempt may have one."""
    if error.retryable and not _is_enough(claim, error):
        raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
    log.warning("essays_left_unscored", kind=error.kind, essays=len(unjudged))
    reading.miss(unjudged, error.kind)


def _payer(claim: Claim) -> Payer:
    return Payer(_assessment_of(claim), claim.job_id, claim.attempt, claim.correlation_id)


def _is_enough(claim: Claim, error: ProviderError) -> bool:
    """Whether to go on without; a provider that keeps silent or asks for long would take a result past a minute."""
    keeps_silent = error.kind == "timeout" and claim.attempt >= MOST_SILENT_TRIES
    return claim.is_last_attempt or keeps_silent or error.asks_for_too_long


def _assessment_of(claim: Claim) -> uuid.UUID:
    if claim.assessment_id is None:
        raise ValueError("a scoring job names its assessment")
    return claim.assessment_id
