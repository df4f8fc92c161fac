"""Roles that many students have taken, for the statistics over their scores."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import time_machine

from accounts.models import User
from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from catalog.models import JobRole
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource
from scoring.models import CriterionMark, EssayScore, ReviewTask
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.assessments import GOOD_ESSAY, submitted_assessment
from tests.factories.catalog import NOW, RUBRIC, JobRoleFactory, published_question

ANSWERS: dict[str, Any] = {"multiple_choice": "c2", "numeric": 42.5, "essay": GOOD_ESSAY}
WEIGHTS = {criterion["key"]: Decimal(criterion["weight"]) for criterion in RUBRIC["criteria"]}


def role_with_three_questions() -> JobRole:
    """Make a role that asks a choice (1 point), a number (1 point) and an essay (4 points)."""
    role: JobRole = JobRoleFactory()
    for question_type in ("multiple_choice", "numeric", "essay"):
        published_question(question_type, role=role, key=f"{role.key}-{question_type.replace('_', '-')}")
    return role


def completed(
    role: JobRole,
    *,
    user: User | None = None,
    profile: Mapping[str, Any] | None = None,
    synthetic: bool = False,
    **answers: Any,
) -> Assessment:
    """Complete an assessment, rightly unless answers by question type say otherwise; the essay stays unscored."""
    student = user or UserFactory(profile=dict(profile or {}))
    assessment = submitted_assessment(user=student, role=role, answers=ANSWERS | answers)
    Assessment.objects.filter(pk=assessment.pk).update(
        status=AssessmentStatus.COMPLETED,
        stage=Stage.DONE,
        completed_at=NOW,
        metadata={"synthetic": True} if synthetic else {},
    )
    assessment.refresh_from_db()
    return assessment


def score_essay(
    assessment: Assessment,
    source: ScoreSource,
    *,
    reasoning: int | None,
    evidence: int | None,
    by: User | None = None,
    at: dt.datetime = NOW,
    blind: bool = True,
) -> EssayScore:
    """Store a run over the assessment's essay, levels counted from 0 to 2; None leaves a criterion to a person.

    A person marks the same levels blind before, unless told otherwise.
    """
    if source == ScoreSource.HUMAN:
        by = by or AdvisorFactory()
        if blind:
            mark_blind(assessment, reasoning=reasoning, evidence=evidence, by=by, at=at)
    snapshot = QuestionSnapshot.objects.get(assessment=assessment, question_type="essay")
    given = {"reasoning": reasoning, "evidence": evidence}
    scored = {key: WEIGHTS[key] for key, place in given.items() if place is not None}
    points = sum((Decimal(given[key] or 0) / 2 * weight for key, weight in scored.items()), Decimal(0))
    whole = snapshot.weight / sum(WEIGHTS.values())
    with time_machine.travel(at, tick=False):
        run = EssayScore.objects.create(
            assessment=assessment,
            question_snapshot=snapshot,
            response=AssessmentResponse.objects.filter(question_snapshot=snapshot).latest("version"),
            run=EssayScore.objects.filter(question_snapshot=snapshot).count() + 1,
            source=source,
            outcome=EssayOutcome.SCORED if None not in given.values() else EssayOutcome.NEEDS_REVIEW,
            score=round(points * whole, 2),
            maximum=snapshot.weight,
            scored_weight=round(sum(scored.values(), Decimal(0)) * whole, 2),
            provider="human" if source == ScoreSource.HUMAN else "openai",
            model="" if source == ScoreSource.HUMAN else "gpt-4o-mini",
            prompt_version="" if source == ScoreSource.HUMAN else "essay-1",
            scored_by=by,
        )
        CriterionMark.objects.bulk_create(
            _mark(run, position, key, place) for position, (key, place) in enumerate(given.items(), start=1)
        )
    return run


def mark_blind(
    assessment: Assessment, *, reasoning: int | None, evidence: int | None, by: User, at: dt.datetime = NOW
) -> None:
    """Store that a reviewer marked the newest run's answer before seeing the run, if there is one to review."""
    newest = AssessmentResponse.objects.filter(
        assessment=assessment, question_snapshot__question_type="essay"
    ).latest("version")
    run = EssayScore.objects.filter(response=newest, review_task=None).order_by("run").last()
    if run is None or reasoning is None or evidence is None:
        return
    ReviewTask.objects.create(
        essay_score=run,
        assessment=assessment,
        question_snapshot=run.question_snapshot,
        question=run.question_snapshot.question,
        reasons=["random_sample"],
        claimed_by=by,
        lease_until=at,
        first_marks={"reasoning": f"l{reasoning}", "evidence": f"l{evidence}"},
        done_by=by,
        done_at=at,
    )


def _mark(run: EssayScore, position: int, key: str, place: int | None) -> CriterionMark:
    return CriterionMark(
        essay_score=run,
        position=position,
        criterion_key=key,
        criterion_name=key.capitalize(),
        status=MarkStatus.NEEDS_REVIEW if place is None else MarkStatus.SCORED,
        level_id="" if place is None else f"l{place}",
        points=None if place is None else Decimal(place),
        maximum=Decimal(2),
        weight=WEIGHTS[key],
    )
