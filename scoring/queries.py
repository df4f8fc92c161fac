"""Reading scores and skill profiles."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, IntegerField, Max, Sum, Value, When

from assessments import queries as assessments
from assessments.queries import AskedQuestion
from catalog.enums import QuestionType
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.models import CriterionMark, EssayScore, RuleScore, SkillEstimate
from scoring.rules.engine import is_scored_by_rules

SOURCE_RANK = {ScoreSource.HUMAN: 2, ScoreSource.MODEL: 1, ScoreSource.LOCAL: 1, ScoreSource.CODE: 1}


@dataclass(frozen=True)
class SkillLevel:
    """What an assessment says about a skill: level and deviation on the scale 0 to 5."""

    skill_id: uuid.UUID
    skill_key: str
    skill_name: str
    level: float
    deviation: float
    evidence: float


@dataclass(frozen=True)
class QuestionResult:
    """The effective outcome of one question; ``score`` is empty where nothing is scored (yet).

    ``marks`` are the verdicts on an essay's criteria, in the rubric's order.
    """

    question: AskedQuestion
    status: str
    score: Decimal | None
    maximum: Decimal
    explanation: str
    staff_explanation: str
    rule_score: RuleScore | None
    essay_score: EssayScore | None
    marks: tuple[CriterionMark, ...]


@dataclass(frozen=True)
class Totals:
    """Points over all scored questions, and the share (0 to 1) of the weight that has been scored."""

    score: Decimal
    maximum: Decimal
    scored_share: float


@dataclass(frozen=True)
class ModelUsage:
    """What scoring the essays of one assessment took."""

    latency_ms: int
    cost_microcents: int
    input_tokens: int
    output_tokens: int


def effective_rule_scores(assessment_id: uuid.UUID) -> dict[uuid.UUID, RuleScore]:
    """Return the score of the newest answer to every closed question, by snapshot."""
    rows = (
        RuleScore.objects.filter(assessment_id=assessment_id)
        .order_by("question_snapshot_id", "-response__version", "-created_at")
        .distinct("question_snapshot_id")
    )
    return {row.question_snapshot_id: row for row in rows}


def effective_essay_scores(assessment_id: uuid.UUID) -> dict[uuid.UUID, EssayScore]:
    """Return the run that counts for every essay, by snapshot: a person's before a model's, then the newest."""
    rank = Case(
        *(When(source=source, then=Value(value)) for source, value in SOURCE_RANK.items()),
        output_field=IntegerField(),
    )
    rows = (
        EssayScore.objects.filter(assessment_id=assessment_id)
        .annotate(rank=rank)
        .order_by("question_snapshot_id", "-rank", "-run")
        .distinct("question_snapshot_id")
        .prefetch_related("marks")
    )
    return {row.question_snapshot_id: row for row in rows}


def question_results(assessment_id: uuid.UUID) -> list[QuestionResult]:
    """Return the effective outcome of every question, in order; for staff and for further computing."""
    rules = effective_rule_scores(assessment_id)
    essays = effective_essay_scores(assessment_id)
    return [
        _result(question, rules.get(question.snapshot_id), essays.get(question.snapshot_id))
        for question in assessments.asked_questions(assessment_id)
    ]


def student_view(results: Sequence[QuestionResult]) -> list[dict[str, Any]]:
    """Return outcomes as their student may see them: no keys, rules or grader's notes."""
    return [_student_view(result) for result in results]


def totals(results: Sequence[QuestionResult]) -> Totals:
    """Add the points of what is scored; parts that wait for a person count in neither sum."""
    score = scored = everything = Decimal(0)
    for result in results:
        if result.status == "unscored":
            continue
        everything += result.maximum
        if result.score is None:
            continue
        score += result.score
        scored += result.essay_score.scored_weight if result.essay_score else result.maximum
    share = float(scored / everything) if everything else 1.0
    return Totals(score, scored.quantize(Decimal("0.01")), round(share, 4))


def pending_parts(results: Sequence[QuestionResult]) -> list[dict[str, Any]]:
    """Return what waits for a person: the question, the criteria, and why."""
    pending = []
    for result in results:
        waiting = [mark.criterion_name for mark in result.marks if mark.status == MarkStatus.NEEDS_REVIEW]
        if waiting:
            pending.append(
                {
                    "question_id": str(result.question.question_id),
                    "criteria": waiting,
                    "reason": "needs_review",
                }
            )
    return pending


def profile(assessment_id: uuid.UUID) -> list[SkillLevel]:
    """Return the newest skill profile of an assessment; empty before it is scored."""
    newest = SkillEstimate.objects.filter(assessment_id=assessment_id).aggregate(run=Max("run"))["run"]
    rows = SkillEstimate.objects.filter(assessment_id=assessment_id, run=newest).select_related("skill")
    return [
        SkillLevel(
            row.skill_id,
            row.skill.key,
            row.skill.name,
            float(row.level),
            float(row.deviation),
            float(row.evidence),
        )
        for row in rows.order_by("skill__key")
    ]


def next_run(assessment_id: uuid.UUID) -> int:
    """Return the number of the next scoring run."""
    newest: int | None = SkillEstimate.objects.filter(assessment_id=assessment_id).aggregate(run=Max("run"))[
        "run"
    ]
    return (newest or 0) + 1


def model_usage(assessment_id: uuid.UUID) -> ModelUsage:
    """Return what all scoring runs of an assessment took."""
    found = EssayScore.objects.filter(assessment_id=assessment_id).aggregate(
        latency=Max("latency_ms"),
        cost=Sum("cost_microcents"),
        read=Sum("input_tokens"),
        wrote=Sum("output_tokens"),
    )
    return ModelUsage(found["latency"] or 0, found["cost"] or 0, found["read"] or 0, found["wrote"] or 0)


def _result(question: AskedQuestion, rule: RuleScore | None, essay: EssayScore | None) -> QuestionResult:
    status, score, explanation, staff_explanation = _outcome(question, rule, essay)
    return QuestionResult(
        question=question,
        status=status,
        score=score,
        maximum=question.weight,
        explanation=explanation,
        staff_explanation=staff_explanation,
        rule_score=rule,
        essay_score=essay,
        marks=tuple(essay.marks.all()) if essay else (),
    )


def _outcome(
    question: AskedQuestion, rule: RuleScore | None, essay: EssayScore | None
) -> tuple[str, Decimal | None, str, str]:
    if question.question_type == QuestionType.PROFILE:
        return "unscored", None, "This question is not scored; it helps to place you.", ""
    if question.response_id is None:
        return "unanswered", Decimal(0), "You did not answer this question.", ""
    if is_scored_by_rules(question.question_type):
        if rule is None:
            return "awaiting", None, "This answer has not been scored yet.", ""
        return "scored", rule.score, rule.explanation, rule.staff_explanation
    if essay is None:
        return "awaiting", None, "This essay has not been scored yet.", ""
    if essay.outcome == EssayOutcome.UNAVAILABLE:
        return "unavailable", None, essay.explanation, ""
    status = "needs_review" if essay.outcome == EssayOutcome.NEEDS_REVIEW else "scored"
    return status, essay.score, essay.explanation, "; ".join(essay.response_payload.get("notes", []))


def _student_view(result: QuestionResult) -> dict[str, Any]:
    question = result.question
    return {
        "question_id": str(question.question_id),
        "position": question.position,
        "type": question.question_type,
        "prompt": question.prompt,
        "status": result.status,
        "score": None if result.score is None else float(result.score),
        "maximum": float(result.maximum),
        "explanation": result.explanation,
        "scored_by": _scored_by(result),
        "uncertainty": result.essay_score.uncertainty if result.essay_score else None,
        "feedback": str(question.feedback.get("student", "")),
        "criteria": [_student_mark(mark) for mark in result.marks],
    }


def _scored_by(result: QuestionResult) -> str | None:
    """Who or what gave the score: rule, code, local, model or human; None without one."""
    if result.essay_score is not None and result.score is not None:
        return result.essay_score.source
    return "rule" if result.rule_score is not None else None


def _student_mark(mark: CriterionMark) -> dict[str, Any]:
    scored = mark.status == MarkStatus.SCORED
    quotes: list[Mapping[str, Any]] = mark.quotes if scored else []
    return {
        "name": mark.criterion_name,
        "status": mark.status,
        "level": mark.level_name if scored else None,
        "reason": mark.reason if scored else "A person will look at this criterion.",
        "quotes": [{"text": quote["text"], "start": quote["start"], "end": quote["end"]} for quote in quotes],
    }
