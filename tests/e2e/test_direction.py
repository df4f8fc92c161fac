"""The demo catalog, the real embedder and the local scorer: what students answer moves what they are offered."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from assessments import services as assessments
from assessments.models import QuestionSnapshot
from catalog.models import Credential, CredentialDocument, JobRole
from companion.demo.answers import answers_for
from microcred.ai import providers
from ops.jobs import drain
from recommendations.services import refresh_embeddings
from tests.clients import client_of
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ROLE = "data-analyst"


def result_of_a_student(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Take the assessment with these answers, do the background work, and read the result by API."""
    student = UserFactory()
    role = JobRole.objects.get(key=ROLE)
    started = assessments.start(by=student, role_id=role.pk, metadata={}, now=timezone.now())
    assessment = started.assessment
    asked = QuestionSnapshot.objects.filter(assessment=assessment)
    given = [assessments.GivenAnswer(row.question_id, answers[str(row.question_id)]) for row in asked]
    assessments.submit(
        by=student, assessment_id=assessment.pk, answers=given, completed=True, now=timezone.now()
    )
    drain()
    body: dict[str, Any] = client_of(student).get(f"/api/v1/assessments/{assessment.pk}/result").json()
    assert "recommendation_items" in body, body
    return body


def credentials_that_teach(skill: str) -> set[str]:
    found = Credential.objects.filter(credential_skills__skill__key=skill).values_list("pk", flat=True)
    return {str(key) for key in found}


def best_place(result: Mapping[str, Any], wanted: set[str]) -> int | None:
    places = [item["position"] for item in result["recommendation_items"] if item["credential_id"] in wanted]
    return min(places, default=None)


@pytest.fixture
def catalog(db: None) -> None:
    call_command("load_catalog", verbosity=0)
    refresh_embeddings(embedder=providers.embedder())


@pytest.mark.usefixtures("catalog")
def test_a_weakness_brings_up_the_credentials_that_mend_it() -> None:
    role = JobRole.objects.get(key=ROLE)
    weak_in_sql = result_of_a_student(answers_for(role.pk, weak="sql"))
    weak_in_python = result_of_a_student(answers_for(role.pk, weak="python"))
    sql, python = credentials_that_teach("sql"), credentials_that_teach("python")

    assert best_place(weak_in_sql, sql) == 1
    assert best_place(weak_in_python, python) == 1
    sql_for_the_weak = sum(item["credential_id"] in sql for item in weak_in_sql["recommendation_items"])
    sql_for_the_strong = sum(item["credential_id"] in sql for item in weak_in_python["recommendation_items"])
    assert sql_for_the_weak >= 2 > sql_for_the_strong

    for result, weak, strong in ((weak_in_sql, "sql", "python"), (weak_in_python, "python", "sql")):
        level = {line["skill"]: line["level"] for line in result["profile"]}
        assert level[weak] < 2 < level[strong]

    for result in (weak_in_sql, weak_in_python):
        the_parts_add_up(result)
        the_traces_stand_in_the_catalog(result)


def the_parts_add_up(result: Mapping[str, Any]) -> None:
    for item in result["recommendation_items"]:
        assert round(sum(item["parts"].values()), 3) == item["confidence"]


def the_traces_stand_in_the_catalog(result: Mapping[str, Any]) -> None:
    assert result["traces"]
    for trace in result["traces"]:
        document = CredentialDocument.objects.get(uri=trace["source_uri"])
        assert document.text[trace["start"] : trace["end"]] == trace["snippet"]
        assert str(document.credential_id) == trace["credential_id"]
