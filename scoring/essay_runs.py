"""Judgements of essays as stored runs, with a mark for each criterion."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from assessments.queries import AskedQuestion
from microcred.bulk_inserts import insert_rows
from scoring import compiled_queries
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.essays.edition import EDITION
from scoring.essays.judgement import CriterionVerdict, Judgement
from scoring.essays.task import Criterion, EssayTask
from scoring.models import CriterionMark, EssayScore

UNAVAILABLE_EXPLANATION: Final = (
    "This essay could not be scored; your answer is kept and can be scored later."
)
OUT_OF_BUDGET: Final = "budget"
OUT_OF_BUDGET_EXPLANATION: Final = (
    "This essay was not scored, because what may be spent on scoring is used up; your answer is kept and can be "
    "scored later."
)
NOT_RELEASED: Final = "not_released"
NOT_RELEASED_EXPLANATION: Final = (
    "This essay was not scored, because no scorer is released that may do it; your answer is kept, and it is scored "
    "by a person, or as soon as there is one."
)
EXPLANATIONS: Final = {OUT_OF_BUDGET: OUT_OF_BUDGET_EXPLANATION, NOT_RELEASED: NOT_RELEASED_EXPLANATION}


@dataclass(frozen=True)
class EssayToJudge:
    """An essay with all that a judge needs."""

    question: AskedQuestion
    task: EssayTask


@dataclass(frozen=True)
class JudgedEssay:
    """An essay with what the judge said; ``judgement`` is None where the judge could not be had.

    ``why_not`` then says why: ``budget``, ``not_released``, or how the provider failed.
    """

    essay: EssayToJudge
    judgement: Judgement | None
    why_not: str = ""


def store_essays(assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> None:
    """Store what was said of each essay as its newest run, or why nothing could be said."""
    latest = _latest_runs(assessment_id)
    rows: list[EssayScore] = []
    marks: list[CriterionMark] = []
    for one in judged:
        row, own = _run(assessment_id, one)
        row.run = latest.get(row.question_snapshot_id, 0) + 1
        for mark in own:
            mark.essay_score = row
        rows.append(row)
        marks += own
    insert_rows(rows, marks)


def _run(assessment_id: uuid.UUID, one: JudgedEssay) -> tuple[EssayScore, list[CriterionMark]]:
    if one.judgement is None:
        return _unavailable(assessment_id, one), []
    return essay_run(assessment_id, one.essay.question, one.essay.task, one.judgement)


def _unavailable(assessment_id: uuid.UUID, one: JudgedEssay) -> EssayScore:
    essay = one.essay
    return EssayScore(
        assessment_id=assessment_id,
        question_snapshot_id=essay.question.snapshot_id,
        response_id=essay.question.answered_by,
        source=ScoreSource.CODE,
        outcome=EssayOutcome.UNAVAILABLE,
        maximum=essay.question.weight,
        scored_weight=Decimal(0),
        explanation=EXPLANATIONS.get(one.why_not, UNAVAILABLE_EXPLANATION),
        uncertainty=1.0,
        flags=[one.why_not] if one.why_not in EXPLANATIONS else [],
        response_payload={"reason_code": one.why_not} if one.why_not else {},
        provider="none",
        model="",
        prompt_version="",
    )


def essay_run(
    assessment_id: uuid.UUID, question: AskedQuestion, task: EssayTask, judgement: Judgement
) -> tuple[EssayScore, list[CriterionMark]]:
    """Return the run that a judgement makes and its marks, not yet stored and without a number."""
    row = EssayScore(
        assessment_id=assessment_id,
        question_snapshot_id=question.snapshot_id,
        response_id=question.answered_by,
        source=_source(judgement),
        outcome=judgement.outcome,
        score=judgement.score,
        maximum=judgement.maximum,
        scored_weight=judgement.scored_weight,
        explanation=_explanation(task, judgement),
        uncertainty=judgement.uncertainty,
        flags=[*(["injection_suspected"] if judgement.injection_suspected else []), *judgement.flags],
        band_low=judgement.band_low,
        band_high=judgement.band_high,
        provider=judgement.provider,
        model=judgement.model,
        prompt_version=judgement.prompt_version,
        input_tokens=judgement.input_tokens,
        output_tokens=judgement.output_tokens,
        latency_ms=judgement.latency_ms,
        cost_microcents=judgement.cost_microcents,
        response_payload=_payload(judgement),
    )
    criteria = {criterion.key: criterion for criterion in task.criteria}
    marks = [
        _mark(position, criteria[verdict.criterion_key], verdict)
        for position, verdict in enumerate(judgement.verdicts, start=1)
    ]
    return row, marks


def _latest_runs(assessment_id: uuid.UUID) -> dict[uuid.UUID, int]:
    runs = compiled_queries.ESSAY_RUNS.rows(assessment_id=assessment_id)
    return {snapshot: max(run for one, run in runs if one == snapshot) for snapshot, _ in runs}


def _mark(position: int, criterion: Criterion, verdict: CriterionVerdict) -> CriterionMark:
    level = criterion.level(verdict.level_id) if verdict.level_id else None
    return CriterionMark(
        position=position,
        criterion_key=criterion.key,
        criterion_name=criterion.name,
        skill_key=criterion.skill or "",
        status=MarkStatus(verdict.status),
        level_id=level.id if level else "",
        level_name=level.name if level else "",
        points=verdict.points,
        maximum=verdict.maximum,
        weight=criterion.weight,
        reason=verdict.reason,
        note=verdict.note,
        quotes=[asdict(quote) for quote in verdict.quotes],
        absence=verdict.absence,
    )


def _source(judgement: Judgement) -> ScoreSource:
    return {"code": ScoreSource.CODE, "local": ScoreSource.LOCAL}.get(judgement.provider, ScoreSource.MODEL)


def _payload(judgement: Judgement) -> dict[str, Any]:
    return {
        "raw": dict(judgement.raw),
        "notes": list(judgement.notes),
        "reason_code": judgement.reason_code,
        "model_calls": list(judgement.calls),
        "edition": EDITION,
    }


def _explanation(task: EssayTask, judgement: Judgement) -> str:
    """Say in one sentence how the score came about; the reasons stand at the criteria."""
    names = {criterion.key: criterion for criterion in task.criteria}
    parts = []
    for verdict in judgement.verdicts:
        criterion = names[verdict.criterion_key]
        level = criterion.level(verdict.level_id) if verdict.level_id else None
        reached = level.name if level and verdict.status == "scored" else "a person will decide"
        parts.append(f"{criterion.name}: {reached}")
    return "; ".join(parts) + "." if parts else "A person will look at this essay."
