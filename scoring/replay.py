"""Working scores and profile out again from what is stored, with no network and no model.

A *trace* names the rows that counted for one question when a result was made; replaying it calculates anew what can
be calculated: rule scores from key and answer, an essay's total from its verdicts, the profile from both.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from assessments import queries as assessments
from assessments.queries import AskedQuestion
from catalog import queries as catalog
from scoring import queries
from scoring.enums import MarkStatus
from scoring.essays.judgement import CriterionVerdict
from scoring.essays.marks import total
from scoring.essays.task import Criterion, EssayTask, Level
from scoring.evidence import evidence_of, signals_of
from scoring.models import CriterionMark, EssayScore, RuleScore, ScoreOverride, SkillEstimate
from scoring.profile import skill_profile
from scoring.queries import QuestionResult
from scoring.rules.engine import score_answer
from scoring.services import RULE_ENGINE_VERSION

THOUSANDTH: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Trace:
    """The rows that counted for one question; any of them may be None."""

    snapshot_id: uuid.UUID
    rule_score_id: uuid.UUID | None = None
    override_id: uuid.UUID | None = None
    essay_score_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a replay found: ``erased`` content that cannot be replayed, or something that is not as it was."""

    kind: Literal["erased", "different"]
    what: str
    was: str = ""
    now: str = ""

    def __str__(self) -> str:
        return (
            f"{self.what}: erased" if self.kind == "erased" else f"{self.what}: {self.was} is now {self.now}"
        )


def traced_results(assessment_id: uuid.UUID, traces: Sequence[Trace]) -> list[QuestionResult | None]:
    """Return the outcome that the rows of each trace make; None where a row or the answer is erased."""
    asked = {question.snapshot_id: question for question in assessments.asked_questions(assessment_id)}
    return [
        _result(question, trace)
        if (question := asked.get(trace.snapshot_id)) and _is_kept(question, trace)
        else None
        for trace in traces
    ]


def replay_scores(results: Iterable[QuestionResult]) -> list[Difference]:
    """Return every score that comes out otherwise when it is worked out again from key, answer and verdicts."""
    return [
        difference for result in results for difference in (*_replay_rule(result), *_replay_essay(result))
    ]


def _is_kept(question: AskedQuestion, trace: Trace) -> bool:
    return bool(question.answer) or not (trace.rule_score_id or trace.essay_score_id)


def _result(question: AskedQuestion, trace: Trace) -> QuestionResult | None:
    """The outcome that the rows of a trace make, or None where one of them is gone."""
    rule = RuleScore.objects.filter(pk__in=_listed(trace.rule_score_id)).first()
    override = ScoreOverride.objects.filter(pk__in=_listed(trace.override_id)).first()
    essay = EssayScore.objects.filter(pk__in=_listed(trace.essay_score_id)).first()
    rows = ((trace.rule_score_id, rule), (trace.override_id, override), (trace.essay_score_id, essay))
    if any(key is not None and row is None for key, row in rows):
        return None
    return queries.question_result(
        question, rule=rule, closed=override or rule, essay=essay, marks=queries.marks_of(essay)
    )


def _listed(key: uuid.UUID | None) -> list[uuid.UUID]:
    return [] if key is None else [key]


def _replay_rule(result: QuestionResult) -> list[Difference]:
    row, question = result.rule_score, result.question
    if row is None or not row.engine_version.startswith(RULE_ENGINE_VERSION):
        return []
    rules, weight = question.rules, question.weight
    if row.question_version_id:
        content = catalog.version_content(row.question_version_id)
        rules, weight = content["rules"], Decimal(str(content["weight"]))
    again = score_answer(question.question_type, rules, question.answer, weight, question.choices or ())
    what = f"question {question.position}, rule score"
    return _compare(
        what, f"{row.score:.2f} of {row.maximum:.2f}", f"{again.score:.2f} of {again.maximum:.2f}"
    )


def _replay_essay(result: QuestionResult) -> list[Difference]:
    row = result.essay_score
    if row is None or not result.marks:
        return []
    task = _task_of(row, result.marks)
    score, weight = total(task, [_verdict(mark) for mark in result.marks])
    what = f"question {result.question.position}, essay total"
    return _compare(
        what, f"{_points(row.score)} of {row.scored_weight:.2f}", f"{_points(score)} of {weight:.2f}"
    )


def _task_of(row: EssayScore, marks: Sequence[CriterionMark]) -> EssayTask:
    """A task of the criteria as they were marked; the verdicts alone make the total."""
    return EssayTask("", "", "", tuple(_criterion(mark) for mark in marks), row.maximum)


def _criterion(mark: CriterionMark) -> Criterion:
    levels = (Level("none", "", Decimal(0), ""), Level("best", "", mark.maximum, ""))
    return Criterion(mark.criterion_key, mark.criterion_name, "", "", mark.weight, levels)


def _verdict(mark: CriterionMark) -> CriterionVerdict:
    status: Literal["scored", "needs_review"] = (
        "scored" if mark.status == MarkStatus.SCORED else "needs_review"
    )
    return CriterionVerdict(
        mark.criterion_key, mark.level_id, "", (), mark.absence, status, mark.points, mark.maximum
    )


def replay_profile(
    assessment_id: uuid.UUID, results: Sequence[QuestionResult], *, run: int
) -> list[Difference]:
    """Return every skill whose level in a stored profile is not the one that these outcomes make."""
    rows = SkillEstimate.objects.filter(assessment_id=assessment_id, run=run).select_related("skill")
    stored = {row.skill.key: (row.level, row.deviation) for row in rows}
    estimates = skill_profile(evidence_of(results), signals_of(results))
    known = catalog.skill_ids([estimate.skill for estimate in estimates])
    again = {
        one.skill: (_thousandths(one.level), _thousandths(one.deviation))
        for one in estimates
        if one.skill in known
    }
    return [
        difference
        for skill in sorted(stored.keys() | again.keys())
        for difference in _compare(f"profile, {skill}", _level(stored.get(skill)), _level(again.get(skill)))
    ]


def _compare(what: str, was: str, now: str) -> list[Difference]:
    return [] if was == now else [Difference("different", what, was, now)]


def _points(score: Decimal | None) -> str:
    return "nothing" if score is None else f"{score:.2f}"


def _level(estimate: tuple[Decimal, Decimal] | None) -> str:
    return "nothing" if estimate is None else f"{estimate[0]:.3f} ± {estimate[1]:.3f}"


def _thousandths(value: float) -> Decimal:
    return Decimal(str(value)).quantize(THOUSANDTH)
