"""The rows that counted when a result was made, found again."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assessments import queries as assessments
from assessments.queries import AskedQuestion
from scoring import queries
from scoring.models import EssayScore, RuleScore, ScoreOverride
from scoring.queries import QuestionResult


@dataclass(frozen=True, slots=True)
class CallTrace:
    """A call that an essay's score rests on, and what the essay is called in it."""

    call_id: uuid.UUID
    label: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The rows that counted for one question, any of them None, and the calls behind an essay, by reading."""

    snapshot_id: uuid.UUID
    rule_score_id: uuid.UUID | None = None
    override_id: uuid.UUID | None = None
    essay_score_id: uuid.UUID | None = None
    calls: tuple[CallTrace, ...] = ()


def traced_results(assessment_id: uuid.UUID, traces: Sequence[Trace]) -> list[QuestionResult | None]:
    """Return the outcome that the rows of each trace make; None where a row or the answer is erased."""
    asked = {question.snapshot_id: question for question in assessments.asked_questions(assessment_id)}
    rules = RuleScore.objects.in_bulk([one.rule_score_id for one in traces if one.rule_score_id])
    overrides = ScoreOverride.objects.in_bulk([one.override_id for one in traces if one.override_id])
    wanted = [one.essay_score_id for one in traces if one.essay_score_id]
    essays = EssayScore.objects.prefetch_related("marks").in_bulk(wanted)
    return [
        _result(
            asked.get(trace.snapshot_id),
            trace,
            rule=_found(rules, trace.rule_score_id),
            override=_found(overrides, trace.override_id),
            essay=_found(essays, trace.essay_score_id),
        )
        for trace in traces
    ]


def _found(rows: dict[Any, Any], key: uuid.UUID | None) -> Any:
    return rows.get(key) if key else None


def _result(
    question: AskedQuestion | None,
    trace: Trace,
    *,
    rule: RuleScore | None,
    override: ScoreOverride | None,
    essay: EssayScore | None,
) -> QuestionResult | None:
    keys = (trace.rule_score_id, trace.override_id, trace.essay_score_id)
    gone = any(key and row is None for key, row in zip(keys, (rule, override, essay), strict=True))
    if question is None or gone or (not question.answer and any(keys)):
        return None
    return queries.question_result(
        question, rule=rule, closed=override or rule, essay=essay, marks=queries.marks_of(essay)
    )
