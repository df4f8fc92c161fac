"""Assessments for tests, made the way students make them."""

import datetime as dt
import uuid
from typing import Any

from accounts.models import User
from assessments import services
from assessments.models import Assessment, QuestionSnapshot
from catalog.models import JobRole
from tests.factories.accounts import UserFactory
from tests.factories.catalog import NOW, role_with_every_type

GOOD_ESSAY = (
    "I would start by asking what decision the report should support, because a chart without a question "
    "misleads. First I would compare both sources and list where they differ. Then I would weigh the evidence: "
    "the sales table has 4,000 rows and was checked last month, whereas the survey has only 80 answers. "
    "Therefore I trust the table more, but I would say openly what it cannot show."
)
RIGHT_ANSWERS: dict[str, Any] = {
    "multiple_choice": "c2",
    "numeric": 42.5,
    "short_text": "ShortTextCanary",
    "ordering": {"order": ["c2", "c3", "c1"]},
    "matching": {"pairs": {"l1": "r2", "l2": "r1"}},
    "profile": "c2",
    "essay": GOOD_ESSAY,
}
WRONG_ANSWERS: dict[str, Any] = {
    "multiple_choice": "c1",
    "numeric": 7,
    "short_text": "something else",
    "ordering": {"order": ["c1", "c3", "c2"]},
    "matching": {"pairs": {"l1": "r1", "l2": "r2"}},
    "profile": "c1",
    "essay": "I do not know this subject and cannot say anything about it, sorry, that is all that I have to write.",
}


def started_assessment(
    *, user: User | None = None, role: JobRole | None = None, now: dt.datetime = NOW
) -> Assessment:
    """Start an assessment, by default of a new student for a role with every question type."""
    return services.start(
        by=user or UserFactory(), role_id=(role or role_with_every_type()).pk, metadata={}, now=now
    ).assessment


def given_answers(assessment: Assessment, answers: dict[str, Any]) -> list[services.GivenAnswer]:
    """Return an answer for every question of the assessment, by question type."""
    rows = QuestionSnapshot.objects.filter(assessment=assessment).order_by("position")
    return [services.GivenAnswer(row.question_id, answers[row.question_type]) for row in rows]


def submitted_assessment(
    *, user: User | None = None, role: JobRole | None = None, answers: dict[str, Any] | None = None
) -> Assessment:
    """Start an assessment, answer every question (rightly, by default) and hand it in."""
    assessment = started_assessment(user=user, role=role)
    given = given_answers(assessment, answers or RIGHT_ANSWERS)
    return services.submit(
        by=assessment.user, assessment_id=assessment.pk, answers=given, completed=True, now=NOW
    )


def question_id_of(assessment: Assessment, question_type: str) -> uuid.UUID:
    """Return the id of the assessment's question of a type."""
    snapshot = QuestionSnapshot.objects.get(assessment=assessment, question_type=question_type)
    return snapshot.question_id
