"""A database that refuses: requests are told to come again and leave nothing half written, jobs are done in the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from psycopg import errors

from assessments.models import Assessment, QuestionSnapshot
from ops import jobs
from ops.models import AsyncJob, AuditLog
from recommendations.models import Recommendation
from scoring.models import EssayScore, ProfileRun
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.scoring import role_with_essay
from tests.fakes.openai_server import FakeOpenAI
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db(transaction=True)
START = "/api/v1/assessments/start"
REFUSALS = [
    errors.AdminShutdown,
    errors.TooManyConnections,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.DiskFull,
    errors.ReadOnlySqlTransaction,
    errors.LockNotAvailable,
]


@contextmanager
def refusing(error: type[Exception], table: str) -> Iterator[list[str]]:
    """Have the first statement that writes to a table fail, in the midst of its transaction."""
    refused: list[str] = []

    def execute(proceed: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not refused and f'INSERT INTO "{table}"' in sql:
            refused.append(sql)
            with connection.wrap_database_errors:
                raise error("refused")
        return proceed(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield refused


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: str(error.__name__))
def test_a_request_is_told_to_come_again_and_leaves_nothing(error: type[Exception]) -> None:
    client, role = client_of(UserFactory()), role_with_essay()
    key = {"Idempotency-Key": "start-1"}

    with refusing(error, "assessment_question_snapshots") as refused:
        answer = client.post(START, {"role_id": str(role.pk)}, format="json", headers=key)

    assert len(refused) == 1
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert (Assessment.objects.count(), QuestionSnapshot.objects.count()) == (0, 0)
    assert not AuditLog.objects.filter(action__startswith="assessment.").exists()
    again = client.post(START, {"role_id": str(role.pk)}, format="json", headers=key)
    assert again.status_code == 201
    assert Assessment.objects.count() == 1


def test_a_database_that_only_reads_is_one_that_is_away() -> None:
    client, role = client_of(UserFactory()), role_with_essay()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        answer = client.post(START, {"role_id": str(role.pk)}, format="json")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert Assessment.objects.count() == 0


@pytest.mark.parametrize("table", ["essay_scores", "recommendations"])
@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: str(error.__name__))
def test_a_job_is_done_again_and_its_effects_are_there_once(
    openai: FakeOpenAI, error: type[Exception], table: str
) -> None:
    openai.script = second_level
    assessment = submitted_assessment(role=role_with_essay())

    with refusing(error, table) as refused:
        jobs.drain(skip_waits=True)

    assert len(refused) == 1
    assessment.refresh_from_db()
    assert (assessment.status, "essay_scores" in assessment.missing) == ("completed", False)
    for row in (EssayScore, ProfileRun, Recommendation):
        assert row._default_manager.filter(assessment=assessment).count() == 1
    assert len(openai.requests) == 1
    assert set(AsyncJob.objects.values_list("status", flat=True)) == {"succeeded"}
