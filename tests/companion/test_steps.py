"""What an advisor sees of the steps that a student has set out on."""

import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from companion import steps
from companion.steps import StepLine
from companion.words import Label
from planner.enums import Source, TaskStatus
from planner.models import Task
from practice.queries import enrolment, practice_towards
from recommendations import services as recommendations
from tests.companion.scenes import advised_student, finished_assessment
from tests.companion.test_pages import browser_of, page_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import NOW
from tests.factories.planner import TaskFactory

pytestmark = pytest.mark.django_db


def test_steps_are_named_by_what_they_stand_for(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    student, first, second = UserFactory(), uuid.uuid4(), uuid.uuid4()
    for reference, status in (
        (enrolment(first), TaskStatus.DONE),
        (practice_towards(first, "sql"), TaskStatus.IN_PROGRESS),
        (practice_towards(first, "unknown"), TaskStatus.TODO),
        (enrolment(second), TaskStatus.CANCELLED),
    ):
        TaskFactory(
            user=student,
            title="Call my mother",
            source=Source.RECOMMENDATION,
            reference=reference,
            status=status,
            completed_at=NOW if status == TaskStatus.DONE else None,
        )
    TaskFactory(user=student, reference=enrolment(second))  # one of their own
    TaskFactory(source=Source.RECOMMENDATION, reference=enrolment(second))  # somebody else's

    with django_assert_num_queries(1):
        found = steps.steps_of(student.pk, {"sql": "SQL"})

    assert found == {
        str(first): [
            StepLine("Enrol", Label("Done", "good"), is_done=True),
            StepLine("Practise SQL", Label("Begun", "accent")),
            StepLine("Practise unknown", Label("To do")),
        ]
    }


def test_the_page_shows_them_beside_the_credential() -> None:
    advisor, student = advised_student()
    assessment = finished_assessment(student)
    page = browser_of(advisor).get(page_of(assessment)).content.decode()
    assert "Taken up" not in page
    run = assessment.recommendations.get(effective=True)
    item = run.items.get(position=2)
    recommendations.record_feedback(
        by=student, recommendation_id=run.pk, credential_id=item.credential_id, relevance_score=5,
        acceptance_status="accepted", now=NOW,
    )  # fmt: skip
    Task.objects.filter(tags__contains=["enrol"]).update(title="Zqxsecret")

    page = browser_of(advisor).get(page_of(assessment)).content.decode()

    head, _, shown = page.partition(f'aria-label="Steps towards {item.title}"')
    assert head.count("Taken up") == 1
    assert shown.index("Enrol") < shown.index("Practise SQL")
    assert "0 of 2 done" in head
    assert "Zqxsecret" not in page  # what the student writes is theirs
