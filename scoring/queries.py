"""Reading scores and skill profiles."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from assessments import queries as assessments
from assessments.queries import AskedQuestion
from catalog.enums import QuestionType
from microcred.ids import uuid7_lower_bound
from scoring import compiled_queries
from scoring.calls.receipts import Receipt as Receipt
from scoring.calls.receipts import receipts_of as receipts_of
from scoring.calls.spending import ModelUsage as ModelUsage
from scoring.calls.spending import model_usage as model_usage
from scoring.compiled_queries import levels_of as levels_of
from scoring.contests import SkillStanding as SkillStanding
from scoring.contests import contested_skills as contested_skills
from scoring.contests import corrections_of_run as corrections_of_run
from scoring.contests import standings as standings
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.models import CriterionMark, EssayScore, ProfileRun, RuleScore, ScoreOverride
from scoring.precedence import RULE, CandidateScore, effective
from scoring.results import QuestionResult as QuestionResult
from scoring.results import SkillLevel as SkillLevel
from scoring.results import Totals as Totals
from scoring.results import score_version as score_version
from scoring.rules.engine import is_scored_by_rules
from scoring.statements import essay_reads as essay_reads
from scoring.statements import profile_reads as profile_reads
from scoring.statements import result_reads as result_reads
from scoring.statements import run_read as run_read
from scoring.statements import usage_read as usage_read
from scoring.student_views import scored_by as scored_by
from scoring.student_views import student_view as student_view


def effective_rule_scores(assessment_id: uuid.UUID) -> dict[uuid.UUID, RuleScore]:
    """Return what the rules last gave the newest answer to every closed question, by snapshot."""
    return effective(_by_rules(assessment_id))


def effective_essay_scores(assessment_id: uuid.UUID) -> dict[uuid.UUID, EssayScore]:
    """Return the run that counts for every essay with its marks, by snapshot: a person's before a model's, then the
    newest."""
    chosen = effective(
        CandidateScore(row.question_snapshot_id, row.source, (row.run,), row)
        for row in compiled_queries.ESSAYS.rows(assessment_id=assessment_id)
    )
    compiled_queries.attach_marks(assessment_id, chosen.values())
    return chosen


def question_results(assessment_id: uuid.UUID) -> list[QuestionResult]:
    """Return the effective outcome of every question, in order; for staff and for further computing."""
    rules = effective_rule_scores(assessment_id)
    given: list[CandidateScore[RuleScore | ScoreOverride]] = [*_by_people(assessment_id)]
    given += _given_by_rules(rules.values())
    closed = effective(given)
    essays = effective_essay_scores(assessment_id)
    return [
        question_result(
            question,
            rule=rules.get(question.snapshot_id),
            closed=closed.get(question.snapshot_id),
            essay=essays.get(question.snapshot_id),
            marks=marks_of(essays.get(question.snapshot_id)),
        )
        for question in assessments.asked_questions(assessment_id)
    ]


def marks_of(essay: EssayScore | None) -> Sequence[CriterionMark]:
    """Return the verdicts of a stored run, in the rubric's order; none where there is no run."""
    return list(essay.marks.all()) if essay else []


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
                    "reason": _why_pending(result),
                }
            )
    return pending


def awaits_person(assessment_id: uuid.UUID) -> bool:
    """Whether a part of an essay waits for a person, as `pending_parts` tells it, without reading the questions."""
    essays = effective_essay_scores(assessment_id).values()
    return any(mark.status == MarkStatus.NEEDS_REVIEW for one in essays for mark in marks_of(one))


def _why_pending(result: QuestionResult) -> str:
    flags = result.essay_score.flags if result.essay_score else []
    return "model_refused" if "model_refused" in flags else "needs_review"


def profile(assessment_id: uuid.UUID) -> list[SkillLevel]:
    """Return the newest skill profile of an assessment; empty before it is scored."""
    return newest_profile(assessment_id)[1]


def newest_profile(assessment_id: uuid.UUID) -> tuple[int, list[SkillLevel]]:
    """Return the number of the newest scoring run, 0 before the first, and the skill profile that it drew."""
    run, rows = compiled_queries.newest_estimates(assessment_id)
    return run, [
        SkillLevel(skill_id, key, name, float(level), float(deviation), float(evidence))
        for skill_id, key, name, level, deviation, evidence in rows
    ]


def scored_at(assessment_id: uuid.UUID) -> dt.datetime | None:
    """Return when the skill profile was last drawn, as it is with every change of a score; None before the first."""
    runs = ProfileRun.objects.filter(assessment=assessment_id).order_by("-run")
    return runs.values_list("created_at", flat=True).first()


def next_run(assessment_id: uuid.UUID) -> int:
    """Return the number of the next scoring run."""
    return (compiled_queries.NEWEST_RUN.first(assessment_id=assessment_id) or 0) + 1


def profiles_since(moment: dt.datetime) -> QuerySet[ProfileRun]:
    """Return the drawings of profiles since then that are the newest of their assessments."""
    newer = ProfileRun.objects.filter(assessment=OuterRef("assessment"), run__gt=OuterRef("run"))
    return ProfileRun.objects.filter(~Exists(newer), pk__gte=uuid7_lower_bound(moment)).order_by("pk")


def question_result(
    question: AskedQuestion,
    *,
    rule: RuleScore | None = None,
    closed: RuleScore | ScoreOverride | None = None,
    essay: EssayScore | None = None,
    marks: Sequence[CriterionMark] = (),
) -> QuestionResult:
    """Return the outcome that a question has when these are the scores that count, stored or not."""
    counting = closed or essay
    status, score, explanation, staff_explanation = _outcome(question, closed, essay)
    return QuestionResult(
        question=question,
        status=status,
        score=score,
        maximum=counting.maximum if counting and status != "unscored" else question.weight,
        explanation=explanation,
        staff_explanation=staff_explanation,
        rule_score=rule,
        essay_score=essay,
        marks=tuple(marks),
        override=closed if isinstance(closed, ScoreOverride) else None,
    )


def _by_rules(assessment_id: uuid.UUID) -> list[CandidateScore[RuleScore]]:
    return _given_by_rules(compiled_queries.RULE_SCORES.rows(assessment_id=assessment_id))


def _given_by_rules(rows: Iterable[RuleScore]) -> list[CandidateScore[Any]]:
    return [
        CandidateScore(row.question_snapshot_id, RULE, (row.response.version, row.created_at, row.pk), row)
        for row in rows
    ]


def _by_people(assessment_id: uuid.UUID) -> list[CandidateScore[Any]]:
    rows = compiled_queries.OVERRIDES.rows(assessment_id=assessment_id)
    return [CandidateScore(row.question_snapshot_id, ScoreSource.HUMAN, (row.run,), row) for row in rows]


def _outcome(
    question: AskedQuestion, closed: RuleScore | ScoreOverride | None, essay: EssayScore | None
) -> tuple[str, Decimal | None, str, str]:
    if question.question_type == QuestionType.PROFILE:
        return "unscored", None, "This question is not scored; it helps to place you.", ""
    if question.response_id is None:
        return "unanswered", Decimal(0), "You did not answer this question.", ""
    if is_scored_by_rules(question.question_type):
        if closed is None:
            return "awaiting", None, "This answer has not been scored yet.", ""
        return "scored", closed.score, closed.explanation, getattr(closed, "staff_explanation", "")
    if essay is None:
        return "awaiting", None, "This essay has not been scored yet.", ""
    if essay.outcome == EssayOutcome.UNAVAILABLE:
        return "unavailable", None, essay.explanation, ""
    status = "needs_review" if essay.outcome == EssayOutcome.NEEDS_REVIEW else "scored"
    return status, essay.score, essay.explanation, "; ".join(essay.response_payload.get("notes", []))
