"""Staff read what a result rests on, and keep a copy of it."""

import json
from typing import Any

import pytest
from django.test import Client

from assessments.models import Assessment
from recommendations.models import DecisionRecord
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import UserFactory
from tests.factories.assessments import started_assessment

pytestmark = pytest.mark.django_db


def page(by: Any, assessment: Assessment, name: str = "record") -> Any:
    client = Client()
    client.force_login(by)
    return client.get(f"/advisor/assessments/{assessment.pk}/{name}".rstrip("/"))


def test_the_page_says_what_was_used() -> None:
    advisor, student = advised_student()
    assessment = finished_assessment(student)
    record = DecisionRecord.objects.get()

    shown = page(advisor, assessment).content.decode()

    assert f"Record {record.sequence}, made" in shown
    assert record.digest[:16] in shown
    assert "words, " in shown
    assert "rules-1" in shown
    assert "Fit to the gaps 53&nbsp;%" in shown
    assert "Sql joins" in shown
    assert "<table" in shown


def test_the_assessment_page_leads_there() -> None:
    advisor, student = advised_student()
    assessment = finished_assessment(student)

    assert (
        f'href="/advisor/assessments/{assessment.pk}/record"'
        in page(advisor, assessment, "").content.decode()
    )


def test_the_copy_is_a_file_with_all_that_the_hash_covers() -> None:
    advisor, student = advised_student()
    assessment = finished_assessment(student)
    record = DecisionRecord.objects.get()

    response = page(advisor, assessment, "record.json")

    assert response["Content-Disposition"] == f'attachment; filename="decision-record-{assessment.pk}.json"'
    (copy,) = json.loads(response.content)["records"]
    assert (copy["number"], copy["body"], copy["hash"]) == (1, record.body, record.digest)


def test_before_a_result_the_page_says_so() -> None:
    advisor, student = advised_student()
    assessment = started_assessment(user=student)

    assert "There is no record yet" in page(advisor, assessment).content.decode()


@pytest.mark.parametrize("name", ["record", "record.json"])
def test_nobody_else_finds_the_page(name: str) -> None:
    _, student = advised_student()
    stranger, _ = advised_student()
    assessment = finished_assessment(student)

    assert page(stranger, assessment, name).status_code == 404
    assert page(student, assessment, name).status_code == 404
    assert page(UserFactory(), assessment, name).status_code == 404
    assert Client().get(f"/advisor/assessments/{assessment.pk}/{name}").status_code == 302
