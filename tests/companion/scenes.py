"""Finished assessments as advisors meet them, made by the services that make them in earnest."""

from decimal import Decimal
from typing import Any

from accounts.models import User
from assessments import queries as assessments
from assessments.models import Assessment
from catalog.models import JobRole
from recommendations import drafting
from recommendations import services as recommendations
from recommendations.models import Recommendation
from recommendations.wording import put_into_words
from scoring import services as scoring
from scoring.essays.judgement import CriterionVerdict, Judgement, Quote
from scoring.services import EssayToJudge, JudgedEssay
from tests.factories.accounts import AdvisorAssignmentFactory
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.recommendations import embed_all, offered

HOSTILE_ESSAY = (
    'A report </div><script>alert("pwned")</script> needs a question first, or nobody can act on what it shows '
    "them. <img src=x onerror=alert(1)> I would compare both sources & weigh them, because 3 < 5."
)
QUOTED = '<script>alert("pwned")</script> needs a question first'


def advised_student(advisor: User | None = None) -> tuple[User, User]:
    """Make an advisor (or take one) with a student; return both."""
    link = AdvisorAssignmentFactory(**({"advisor": advisor} if advisor else {}))
    return link.advisor, link.student


def finished_assessment(
    student: User, *, essay: str = HOSTILE_ESSAY, quoted: str = QUOTED, role: JobRole | None = None
) -> Assessment:
    """Take a student through the main job; the essay's second criterion waits for a person.

    Two credentials for SQL are in the catalog, each with a passage to cite.
    """
    answers: dict[str, Any] = {**RIGHT_ANSWERS, "multiple_choice": "c1", "numeric": 7, "essay": essay}
    assessment = submitted_assessment(user=student, role=role, answers=answers)
    essays = scoring.essays_to_judge(assessment.pk)
    judged = [JudgedEssay(essay, _judgement(essay, quoted)) for essay in essays]
    scoring.conclude(assessment_id=assessment.pk, judged=judged)
    if not Recommendation.objects.exists():
        offered("sql-joins", text="Learn SQL joins. They are the heart of SQL for a role.", sql=4)
        offered("sql-windows", text="Learn SQL window functions to an advanced level.", sql=3.5)
    basis = drafting.prepare(assessments.subject(assessment.pk))
    findings = drafting.search(basis, embed_all())
    draft = put_into_words(drafting.conclude(basis, findings, rag_latency_ms=12))
    recommendations.store(assessment_id=assessment.pk, draft=draft, now=NOW)
    assessment.refresh_from_db()
    return assessment


def _judgement(essay: EssayToJudge, quoted: str) -> Judgement:
    start = essay.task.answer.index(quoted)
    first, second = essay.task.criteria
    verdicts = (
        CriterionVerdict(
            criterion_key=first.key,
            level_id="l1",
            reason="The essay asks for the <b>question</b> behind the report.",
            quotes=(Quote(quoted, start, start + len(quoted)),),
            absence=False,
            status="scored",
            points=Decimal(1),
            maximum=Decimal(2),
        ),
        CriterionVerdict(
            criterion_key=second.key,
            level_id=None,
            reason="",
            quotes=(),
            absence=False,
            status="needs_review",
            points=None,
            maximum=Decimal(2),
            note="The quote is not in the answer.",
        ),
    )
    return Judgement(
        question_id=essay.task.question_id,
        outcome="needs_review",
        verdicts=verdicts,
        score=Decimal("1.33"),
        maximum=essay.task.maximum,
        scored_weight=Decimal("2.67"),
        provider="openai",
        model="gpt-4o-mini",
        prompt_version="essay-1",
        input_tokens=800,
        output_tokens=150,
        cost_microcents=21_000,
        injection_suspected=True,
        uncertainty=0.25,
    )
