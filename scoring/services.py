"""Writing scores; nothing here ever changes a row."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from assessments import queries as assessments
from assessments.queries import AskedQuestion
from catalog import queries as catalog
from catalog.enums import QuestionType
from ops.jobs import enqueue
from scoring import queries
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.essays.judgement import CriterionVerdict, Judgement
from scoring.essays.task import Criterion, EssayTask
from scoring.events import assessment_scored
from scoring.evidence import evidence_of, signals_of
from scoring.models import CriterionMark, EssayScore, RuleScore, SkillEstimate
from scoring.profile import skill_profile
from scoring.rules.engine import is_scored_by_rules, score_answer

RULE_ENGINE_VERSION = "rules-1"
THOUSANDTH = Decimal("0.001")
HUNDREDTH = Decimal("0.01")
UNAVAILABLE_EXPLANATION = "This essay could not be scored; your answer is kept and can be scored later."
OUT_OF_BUDGET = "budget"
OUT_OF_BUDGET_EXPLANATION = (
    "This essay was not scored, because what may be spent on scoring is used up; your answer is kept and can be "
    "scored later."
)


@dataclass(frozen=True)
class EssayToJudge:
    """An essay with all that a judge needs."""

    question: AskedQuestion
    task: EssayTask


@dataclass(frozen=True)
class JudgedEssay:
    """An essay with what the judge said; ``judgement`` is None where the judge could not be had.

    ``why_not`` then says why, if it is not for the provider's failing.
    """

    essay: EssayToJudge
    judgement: Judgement | None
    why_not: str = ""


@transaction.atomic
def take_responses(*, assessment_id: uuid.UUID, response_ids: Sequence[uuid.UUID], submitted: bool) -> None:
    """Score closed answers as they come in; once the assessment is handed in, have the essays scored."""
    questions = assessments.asked_for_responses(list(response_ids))
    RuleScore.objects.bulk_create(
        _rule_score(assessment_id, question)
        for question in questions
        if is_scored_by_rules(question.question_type)
    )
    if submitted:
        enqueue("scoring.score", assessment_id=assessment_id, unique_key=f"score:{assessment_id}:1")


def essays_to_judge(assessment_id: uuid.UUID) -> list[EssayToJudge]:
    """Return the answered essays that have no effective score yet, in order."""
    scored = {
        snapshot
        for snapshot, row in queries.effective_essay_scores(assessment_id).items()
        if row.outcome != EssayOutcome.UNAVAILABLE
    }
    return [
        EssayToJudge(question, _task(question))
        for question in assessments.asked_questions(assessment_id)
        if question.question_type == QuestionType.ESSAY
        and question.answer is not None
        and question.snapshot_id not in scored
    ]


@transaction.atomic
def conclude(*, assessment_id: uuid.UUID, judged: Sequence[JudgedEssay]) -> None:
    """Store what was said of each essay, draw the skill profile, and announce both."""
    for one in judged:
        if one.judgement is None:
            _store_unavailable(assessment_id, one)
        else:
            _store_judgement(assessment_id, one.essay, one.judgement)
    run = draw_profile(assessment_id)
    assessment_scored.send(sender=None, assessment_id=assessment_id, run=run)


@transaction.atomic
def record_profile(*, assessment_id: uuid.UUID, levels: Mapping[str, float], run: int = 1) -> None:
    """Store a profile as given, for learners whose scores come from elsewhere; unknown skills are left out."""
    SkillEstimate.objects.bulk_create(
        SkillEstimate(
            assessment_id=assessment_id,
            run=run,
            skill_id=skill_id,
            level=_thousandths(levels[key]),
            deviation=Decimal("0.5"),
            evidence=Decimal("4"),
        )
        for key, skill_id in catalog.skill_ids(list(levels)).items()
    )


def _rule_score(assessment_id: uuid.UUID, question: AskedQuestion) -> RuleScore:
    result = score_answer(
        question.question_type, question.rules, question.answer, question.weight, question.choices or ()
    )
    return RuleScore(
        assessment_id=assessment_id,
        question_snapshot_id=question.snapshot_id,
        response_id=question.answered_by,
        score=result.score,
        maximum=result.maximum,
        explanation=result.explanation,
        staff_explanation=result.staff_explanation,
        rules_applied=result.rules_applied,
        engine_version=RULE_ENGINE_VERSION,
    )


def _task(question: AskedQuestion) -> EssayTask:
    return EssayTask.from_rubric(
        question_id=str(question.question_id),
        prompt=question.prompt,
        answer=str((question.answer or {}).get("text", "")),
        rubric=question.rubric,
        maximum=question.weight,
        answer_format=question.answer_format,
    )


def _next_essay_run(assessment_id: uuid.UUID, question: AskedQuestion) -> int:
    rows = EssayScore.objects.filter(assessment_id=assessment_id, question_snapshot_id=question.snapshot_id)
    return (rows.aggregate(run=Max("run"))["run"] or 0) + 1


def _store_unavailable(assessment_id: uuid.UUID, one: JudgedEssay) -> None:
    essay = one.essay
    EssayScore.objects.create(
        assessment_id=assessment_id,
        question_snapshot_id=essay.question.snapshot_id,
        response_id=essay.question.answered_by,
        run=_next_essay_run(assessment_id, essay.question),
        source=ScoreSource.CODE,
        outcome=EssayOutcome.UNAVAILABLE,
        maximum=essay.question.weight,
        scored_weight=Decimal(0),
        explanation=OUT_OF_BUDGET_EXPLANATION if one.why_not == OUT_OF_BUDGET else UNAVAILABLE_EXPLANATION,
        uncertainty=1.0,
        flags=[one.why_not] if one.why_not else [],
        response_payload={"reason_code": one.why_not} if one.why_not else {},
        provider="none",
        model="",
        prompt_version="",
    )


def _store_judgement(assessment_id: uuid.UUID, essay: EssayToJudge, judgement: Judgement) -> None:
    row = EssayScore.objects.create(
        assessment_id=assessment_id,
        question_snapshot_id=essay.question.snapshot_id,
        response_id=essay.question.answered_by,
        run=_next_essay_run(assessment_id, essay.question),
        source=_source(judgement),
        outcome=judgement.outcome,
        score=judgement.score,
        maximum=judgement.maximum,
        scored_weight=judgement.scored_weight,
        explanation=_explanation(essay.task, judgement),
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
    criteria = {criterion.key: criterion for criterion in essay.task.criteria}
    CriterionMark.objects.bulk_create(
        _mark(row, position, criteria[verdict.criterion_key], verdict)
        for position, verdict in enumerate(judgement.verdicts, start=1)
    )


def _mark(row: EssayScore, position: int, criterion: Criterion, verdict: CriterionVerdict) -> CriterionMark:
    level = criterion.level(verdict.level_id) if verdict.level_id else None
    return CriterionMark(
        essay_score=row,
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


def draw_profile(assessment_id: uuid.UUID) -> int:
    """Store the skill profile that the scores which count now make, as a new run; return its number."""
    results = queries.question_results(assessment_id)
    estimates = skill_profile(evidence_of(results), signals_of(results))
    ids = catalog.skill_ids([estimate.skill for estimate in estimates])
    run = queries.next_run(assessment_id)
    SkillEstimate.objects.bulk_create(
        SkillEstimate(
            assessment_id=assessment_id,
            run=run,
            skill_id=ids[estimate.skill],
            level=_thousandths(estimate.level),
            deviation=_thousandths(estimate.deviation),
            evidence=Decimal(str(estimate.weight)).quantize(HUNDREDTH),
        )
        for estimate in estimates
        if estimate.skill in ids
    )
    return run


def _thousandths(value: float) -> Decimal:
    return Decimal(str(value)).quantize(THOUSANDTH)
