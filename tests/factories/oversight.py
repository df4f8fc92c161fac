"""Completed assessments whose essay a model has scored, for tests of what people do about it."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from accounts.models import User
from assessments import services as assessments
from assessments.models import Assessment, QuestionSnapshot
from catalog.models import JobRole
from scoring import queries
from scoring import services as scoring
from scoring.essays import marks
from scoring.essays.judgement import CriterionVerdict, Judgement, Quote
from scoring.essays.task import Criterion, EssayTask
from scoring.queries import QuestionResult
from scoring.services import JudgedEssay
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.assessments import GOOD_ESSAY, RIGHT_ANSWERS, submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.scoring import role_with_essay

QUOTED = "compare both sources"
MIDDLE = {"reasoning": "l1", "evidence": "l1"}


def judged_assessment(
    *,
    student: User | None = None,
    role: JobRole | None = None,
    levels: Mapping[str, str | None] = MIDDLE,
    uncertainty: float = 0.1,
    injection: bool = False,
    answers: Mapping[str, Any] | None = None,
    now: dt.datetime = NOW,
) -> Assessment:
    """Complete an assessment whose essay a model gave these levels; a level of None waits for a person.

    By default one choice question (1 point, right) and one essay of 4 points (reasoning weighs 2, evidence 1).
    """
    given = RIGHT_ANSWERS | {"essay": GOOD_ESSAY} | dict(answers or {})
    assessment = submitted_assessment(user=student, role=role or role_with_essay(), answers=given)
    judged = [
        JudgedEssay(essay, judgement(essay.task, levels, uncertainty=uncertainty, injection=injection))
        for essay in scoring.essays_to_judge(assessment.pk)
    ]
    scoring.conclude(assessment_id=assessment.pk, judged=judged)
    assessments.complete(assessment_id=assessment.pk, now=now)
    assessment.refresh_from_db()
    return assessment


def judgement(
    task: EssayTask, levels: Mapping[str, str | None], *, uncertainty: float = 0.1, injection: bool = False
) -> Judgement:
    """Return what a model said that gave these levels."""
    verdicts = tuple(_verdict(criterion, levels.get(criterion.key), task) for criterion in task.criteria)
    score, scored_weight = marks.total(task, verdicts)
    return Judgement(
        question_id=task.question_id,
        outcome="scored" if all(verdict.points is not None for verdict in verdicts) else "needs_review",
        verdicts=verdicts,
        score=score,
        maximum=task.maximum,
        scored_weight=scored_weight,
        provider="openai",
        model="gpt-4o-mini",
        prompt_version="essay-1",
        injection_suspected=injection,
        uncertainty=uncertainty,
    )


def advised(student: User) -> User:
    """Return an advisor of the student."""
    advisor: User = AdvisorAssignmentFactory(student=student).advisor
    return advisor


def result_of_type(assessment: Assessment, question_type: str) -> QuestionResult:
    """Return the outcome of the assessment's question of a type."""
    snapshot = QuestionSnapshot.objects.get(assessment=assessment, question_type=question_type)
    results = queries.question_results(assessment.pk)
    return next(one for one in results if one.question.snapshot_id == snapshot.pk)


def levels_of(result: QuestionResult) -> dict[str, str]:
    """Return the level of each scored criterion."""
    return {mark.criterion_key: mark.level_id for mark in result.marks if mark.points is not None}


def _verdict(criterion: Criterion, level_id: str | None, task: EssayTask) -> CriterionVerdict:
    start = task.answer.find(QUOTED)
    quotes = (Quote(QUOTED, start, start + len(QUOTED)),) if start >= 0 else ()
    return CriterionVerdict(
        criterion_key=criterion.key,
        level_id=level_id,
        reason=f"The model's reason about {criterion.key}." if level_id else "",
        quotes=quotes if level_id else (),
        absence=False,
        status="scored" if level_id else "needs_review",
        points=None if level_id is None else Decimal(marks.points(criterion, level_id)),
        maximum=criterion.maximum,
    )
