"""What there is to know about jobs."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from microcred.db import database_now
from ops import claims, jobs, queries
from ops.models import AsyncJob
from tests.factories.assessments import started_assessment

pytestmark = pytest.mark.django_db


def test_ended_jobs_of_a_kind_are_counted_for_each_assessment() -> None:
    first, second = started_assessment(), started_assessment()
    for assessment in (first, first, second):
        jobs.enqueue("test.note", payload={"note": "done"}, assessment_id=assessment.pk)
    jobs.drain()
    jobs.enqueue("test.note", payload={"note": "waits"}, assessment_id=second.pk)

    found = queries.ended("test.note", [first.pk, second.pk])

    assert {key: number for key, (number, _) in found.items()} == {first.pk: 2, second.pk: 1}
    newest = AsyncJob.objects.filter(assessment=first).order_by("-completed_at").first()
    assert newest is not None
    assert found[first.pk][1] == newest.completed_at
    assert queries.ended("test.other", [first.pk]) == {}


def test_of_jobs_that_run_the_first_that_was_taken_began_after_no_other() -> None:
    waiting, later, first, other = (
        jobs.enqueue(kind, payload={"note": ""}).pk
        for kind in ("test.note", "test.note", "test.note", "test.later")
    )
    for one in (other, first, later):
        assert claims.claim_job(one)

    found = {one: queries.began_after_another("test.note", one) for one in (waiting, later, first)}
    assert found == {waiting: True, later: True, first: False}
    assert not queries.began_after_another("test.later", other)


def test_the_most_overdue_job_counts_wherever_it_waits() -> None:
    assert queries.oldest_due_seconds() == 0.0
    began = database_now()
    _wait(count=3, alone=False, overdue=20)
    _wait(count=2, alone=True, overdue=50)
    AsyncJob.objects.create(
        kind="of.another.release", max_attempts=1, next_run_at=database_now() - dt.timedelta(minutes=9)
    )

    due = queries.oldest_due_seconds()
    assert 50 <= due <= 50 + (database_now() - began).total_seconds()


@pytest.mark.parametrize(
    "look",
    [queries.oldest_due_seconds, queries.oldest_ready_seconds, lambda: claims.claim_next_job(alone=False)],
    ids=["oldest due", "oldest ready", "take next"],
)
def test_however_many_wait_only_the_first_are_read(look: Any) -> None:
    _wait(count=5_000, alone=False, overdue=20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE async_jobs")
    with CaptureQueriesContext(connection) as captured, transaction.atomic():
        look()
        transaction.set_rollback(True)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {_statement(captured)}")
        ((told,),) = cursor.fetchall()

    assert sum(_read(told[0]["Plan"])) <= 10


def _wait(*, count: int, alone: bool, overdue: float) -> None:
    """Have jobs wait of which the oldest fell due so many seconds ago and the others after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO async_jobs (id, job_type, status, attempts, max_attempts, giving_up, give_ups, payload,"
            " correlation_id, claimed_by, share, alone, next_run_at) SELECT gen_random_uuid(), 'test.note', 'queued',"
            " 0, 5, false, 0, '{}', '', '', '', %s, statement_timestamp() - make_interval(secs => %s - i * 0.001)"
            " FROM generate_series(0, %s - 1) AS i",
            [alone, overdue, count],
        )


def _read(node: dict[str, Any]) -> Iterator[float]:
    """Yield how many rows each part of a plan takes from tables and indexes, in which limits of kinds are not."""
    if "Scan" in node["Node Type"] and node["Node Type"] != "Function Scan":
        yield (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    for inner in node.get("Plans", []):
        yield from _read(inner)


def _statement(captured: CaptureQueriesContext) -> str:
    (sql,) = (one["sql"] for one in captured.captured_queries if "async_jobs" in one["sql"])
    return sql


def test_jobs_are_found_by_their_keys_whatever_has_become_of_them() -> None:
    done = jobs.enqueue("test.note", payload={"note": "done"}, unique_key="first")
    jobs.drain()
    waits = jobs.enqueue("test.note", payload={"note": "waits"}, unique_key="second")
    jobs.enqueue("test.note", payload={"note": "other"}, unique_key="third")

    found = queries.named(["first", "second", "none"])

    assert {key: (job.pk, job.payload["note"]) for key, job in found.items()} == {
        "first": (done.pk, "done"), "second": (waits.pk, "waits"),
    }  # fmt: skip
