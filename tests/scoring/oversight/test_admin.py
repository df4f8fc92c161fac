"""What people did about scores can be looked at in the admin; calibration examples are written there."""

import pytest
from django.test import Client

from catalog.models import Question
from ops.models import AuditLog
from scoring.models import CalibrationExample
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import published_question

pytestmark = pytest.mark.django_db
ADD = "/admin/scoring/calibrationexample/add/"
LOOKED_AT = ["reviewtask", "reviewercalibration", "scorechange", "scoreoverride", "appeal"]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(AdminFactory())
    return client


@pytest.mark.parametrize("model", [*LOOKED_AT, "calibrationexample"])
def test_lists_open(model: str, admin: Client) -> None:
    assert admin.get(f"/admin/scoring/{model}/").status_code == 200


@pytest.mark.parametrize("model", LOOKED_AT)
def test_nothing_that_was_decided_is_written_here(model: str, admin: Client) -> None:
    assert admin.get(f"/admin/scoring/{model}/add/").status_code == 403


def example(question: Question, levels: str) -> dict[str, str]:
    return {"question": str(question.pk), "text": "An answer.", "levels": levels, "note": "", "active": "on"}


def test_an_example_is_written_on_the_record(admin: Client) -> None:
    question = published_question("essay")

    admin.post(ADD, example(question, '{"reasoning": "l1", "evidence": "l2"}'))

    row = CalibrationExample.objects.get()
    assert row.levels == {"reasoning": "l1", "evidence": "l2"}
    assert AuditLog.objects.get(action="calibration_example.created").resource_id == row.pk
    assert admin.get(f"/admin/scoring/calibrationexample/{row.pk}/delete/").status_code == 403


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        ('{"reasoning": "l1"}', "Criterion evidence has no level."),
        ('{"reasoning": "l1", "evidence": "l7"}', "Criterion evidence has no level l7."),
        ("[]", "This field is required."),
    ],
)
def test_levels_that_the_rubric_does_not_have_are_refused(admin: Client, levels: str, problem: str) -> None:
    page = admin.post(ADD, example(published_question("essay"), levels))

    assert problem in page.content.decode()
    assert not CalibrationExample.objects.exists()
