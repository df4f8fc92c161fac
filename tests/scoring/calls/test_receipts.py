"""What was sent of a student's answers, as the student and staff read it."""

import json
import uuid

import pytest
from django.db import transaction
from django.test import Client

from accounts.enums import Role
from accounts.models import GuardianLink, User
from assessments.models import Assessment
from ops import erasure
from scoring.calls import receipts
from scoring.models import ModelCallContent
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import GOOD_ESSAY, RIGHT_ANSWERS, question_id_of, submitted_assessment
from tests.factories.scoring import role_with_essay, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI, status
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db

SIGNED = f"{GOOD_ESSAY} Signed, Robin Ferrante (robin@home.example, +49 30 1234567)."


def scored(student: User, openai: FakeOpenAI) -> Assessment:
    """Hand in a signed essay and have it scored."""
    openai.script = second_level
    assessment = submitted_assessment(
        user=student, role=role_with_essay(), answers=RIGHT_ANSWERS | {"essay": SIGNED}
    )
    work_off_scoring(assessment)
    return assessment


def address(assessment: Assessment) -> str:
    return f"/api/v1/assessments/{assessment.pk}/model-calls"


def test_students_read_what_was_sent_to_whom_when_and_at_what_cost(openai: FakeOpenAI) -> None:
    student = UserFactory(name="Robin Ferrante")
    assessment = scored(student, openai)

    body = client_of(student).get(address(assessment)).json()

    (item,) = body["items"]
    (sent,) = item["answers"]
    assert (body["assessment_id"], body["model_scoring"]) == (str(assessment.pk), True)
    assert item["host"] == openai.base_url.removeprefix("http://").removesuffix("/v1")
    assert (item["provider"], item["outcome"], item["purpose"]) == ("openai", "answered", "scoring")
    assert item["cost_cents"] > 0
    assert item["sent_at"]
    assert sent["question_id"] == str(question_id_of(assessment, "essay"))
    assert sent["text"] == f"{GOOD_ESSAY} Signed, [NAME_1] [NAME_2] ([EMAIL_1], [PHONE_1])."
    assert sent["replaced"] == {"EMAIL": 1, "NAME": 2, "PHONE": 1}


def test_what_identifies_the_student_has_not_left(openai: FakeOpenAI) -> None:
    scored(UserFactory(name="Robin Ferrante"), openai)

    left = json.dumps([request.body for request in openai.requests])

    assert "[NAME_1] [NAME_2]" in left
    assert not [word for word in ("Robin", "Ferrante", "home.example", "1234567") if word in left]


def test_a_receipt_holds_nothing_that_is_for_staff(openai: FakeOpenAI) -> None:
    student = UserFactory()
    assessment = scored(student, openai)

    response = client_of(student).get(address(assessment))

    assert "canary" not in response.content.decode()
    assert "examiner" not in response.content.decode()


def test_a_failed_call_has_a_receipt_too(openai: FakeOpenAI) -> None:
    openai.queue(status(500))
    student = UserFactory()

    assessment = scored(student, openai)

    items = client_of(student).get(address(assessment)).json()["items"]
    assert [item["outcome"] for item in items] == ["server", "answered"]
    assert items[0]["answers"][0]["text"] == items[1]["answers"][0]["text"]


def test_erased_texts_leave_a_receipt_that_says_so(openai: FakeOpenAI) -> None:
    student = UserFactory()
    assessment = scored(student, openai)
    with transaction.atomic():
        erasure.begin(by=None, subject_type="assessment", subject_id=None, reason="asked for")
        ModelCallContent.objects.all().delete()

    (item,) = client_of(student).get(address(assessment)).json()["items"]

    assert (item["answers"], item["is_erased"]) == ([], True)


def test_only_the_student_and_staff_in_whose_sight_they_are_read_receipts(openai: FakeOpenAI) -> None:
    student = UserFactory()
    assessment = scored(student, openai)
    advisor = AdvisorAssignmentFactory(student=student).advisor
    guardian = UserFactory(role=Role.GUARDIAN)
    GuardianLink.objects.create(guardian=guardian, student=student)

    found = {
        person: client_of(person).get(address(assessment)).status_code
        for person in (student, advisor, AdminFactory(), guardian, UserFactory(), AdvisorFactory())
    }

    assert list(found.values()) == [200, 200, 200, 404, 404, 404]
    assert client_of(student).get(f"/api/v1/assessments/{uuid.uuid4()}/model-calls").status_code == 404


@pytest.mark.usefixtures("local_judge")
def test_nothing_is_sent_where_the_local_scorer_reads() -> None:
    student = UserFactory(name="Robin Ferrante")
    assessment = submitted_assessment(
        user=student, role=role_with_essay(), answers=RIGHT_ANSWERS | {"essay": SIGNED}
    )

    work_off_scoring(assessment)

    assert receipts.receipts(by=student, assessment_id=assessment.pk) == []


def test_advisors_see_the_calls_on_their_page(openai: FakeOpenAI) -> None:
    student = UserFactory(name="Robin Ferrante")
    assessment = scored(student, openai)
    browser = Client()
    browser.force_login(AdvisorAssignmentFactory(student=student).advisor)
    Assessment.objects.filter(pk=assessment.pk).update(status="failed", failure_reason="stopped here")

    page = browser.get(f"/advisor/assessments/{assessment.pk}").content.decode()

    assert "Sent to a model" in page
    assert "Signed, [NAME_1] [NAME_2] ([EMAIL_1], [PHONE_1])." in page
