"""Questions with answers that people have scored, for scorers to learn from."""

from decimal import Decimal

from assessments.models import AssessmentResponse, QuestionSnapshot
from catalog.models import Question
from scoring.enums import EssayOutcome, ScoreSource
from scoring.essays.task import EssayTask
from scoring.golden.gate import Figure
from scoring.models import EssayScore, ScorerVersion
from scoring.releasing import versions
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW, JobRoleFactory, published_question
from tests.scoring.training.made import PROMPT, answer


def scored_by_people(count: int, *, question: Question | None = None, prompt: str = PROMPT) -> Question:
    """A question with that many answers, better ones scored higher by a person."""
    role = question.role if question else JobRoleFactory()
    question = question or published_question("essay", role=role, prompt=prompt)
    person = AdminFactory()
    for at in range(count):
        quality = (at % 10) / 9
        assessment = submitted_assessment(role=role, answers={"essay": answer(quality, at)})
        snapshot = QuestionSnapshot.objects.get(assessment=assessment, question=question)
        response = AssessmentResponse.objects.get(question_snapshot=snapshot)
        EssayScore.objects.create(
            assessment_id=snapshot.assessment_id, question_snapshot=snapshot, response=response, run=1,
            source=ScoreSource.HUMAN, outcome=EssayOutcome.SCORED, score=round(Decimal(quality) * 4, 2),
            maximum=Decimal(4), scored_weight=Decimal(4), provider="", model="", prompt_version="",
            scored_by=person,
        )  # fmt: skip
    return question


def task_of(question: Question) -> EssayTask:
    """The question with a good answer."""
    return EssayTask.from_rubric(
        question_id=str(question.pk), prompt=question.prompt, answer=answer(0.8, 500), rubric=question.rubric,
        maximum=question.weight, answer_format=question.answer_format,
    )  # fmt: skip


def passed(version: ScorerVersion) -> ScorerVersion:
    """The version after a gate that it passed."""
    figures = (Figure("agreement", 0.9, 0.4, 40),)
    return versions.record(version_id=version.pk, figures=figures, by=None, now=NOW)


def in_use(version: ScorerVersion) -> ScorerVersion:
    """The version after a gate that it passed, scoring."""
    return versions.activate(version_id=passed(version).pk, reason="passed its gate", by=None, now=NOW)
