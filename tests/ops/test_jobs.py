"""Jobs from the outside: announced with the change that needs them, done, tried again, given up."""

import datetime as dt
import logging
import uuid

import pytest
import structlog
from django.contrib.auth import get_user_model
from django.db import transaction

from microcred.db import database_now
from microcred.errors import Missing
from ops import jobs
from ops.enums import JobStatus
from ops.job_kinds import UnknownKind
from ops.models import AsyncJob, AuditLog
from ops.models.jobs import MAX_GIVE_UPS
from tests.ops.handlers import effects
from tests.ops.harness import submit

pytestmark = pytest.mark.django_db


def stored(job_id: uuid.UUID) -> AsyncJob:
    return AsyncJob.objects.get(pk=job_id)


def test_job_belongs_to_the_callers_transaction() -> None:
    @transaction.atomic
    def change_and_fail() -> None:
        jobs.enqueue("test.note")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()

    assert AsyncJob.objects.count() == 0

    jobs.enqueue("test.note")

    assert AsyncJob.objects.count() == 1


def test_job_carries_the_id_of_the_request_that_caused_it() -> None:
    with structlog.contextvars.bound_contextvars(correlation_id="request-7"):
        job = jobs.enqueue("test.note")

    assert stored(job.pk).correlation_id == "request-7"


def test_each_attempt_is_a_span_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    job = jobs.enqueue("test.broken")

    with caplog.at_level(logging.WARNING):
        jobs.drain(limit=2, skip_waits=True)

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    failed = [line for line in lines if line["event"] == "job_failed" and line["job_id"] == str(job.pk)]
    assert [line["component"] for line in failed] == ["test.broken"] * 2
    assert len({line["span_id"] for line in failed}) == 2


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownKind):
        jobs.enqueue("test.nothing-like-it")


def test_unique_key_makes_one_job_for_ever() -> None:
    first = jobs.enqueue("test.note", unique_key="note:1")
    again = jobs.enqueue("test.note", unique_key="note:1")
    jobs.drain()
    afterwards = jobs.enqueue("test.note", unique_key="note:1")

    assert first.pk == again.pk == afterwards.pk
    assert AsyncJob.objects.count() == 1
    assert effects(first.pk) == 1


def test_job_for_later_waits() -> None:
    jobs.enqueue("test.note", run_at=database_now() + dt.timedelta(hours=1))

    assert jobs.drain() == 0


def test_job_is_done_once_however_often_it_is_asked_for() -> None:
    job_id = submit()

    for _ in range(3):
        jobs.run(str(job_id))

    assert effects(job_id) == 1
    assert stored(job_id).status == JobStatus.SUCCEEDED


def test_failing_job_is_tried_to_the_end_and_then_degrades() -> None:
    job_id = submit("test.broken")

    claims_taken = jobs.drain(skip_waits=True)

    job = stored(job_id)
    assert claims_taken == 3 + 1
    assert (job.status, job.attempts, job.give_ups) == (JobStatus.DEAD, 3, 1)
    assert (effects(job_id), effects(job_id, "test.degraded")) == (0, 1)


def test_record_of_a_failure_names_type_and_place_but_quotes_nothing() -> None:
    job_id = submit("test.broken")

    jobs.drain(skip_waits=True)

    error = stored(job_id).error_payload
    assert error is not None
    assert error["type"] == "ValueError"
    assert error["where"][-1].startswith("handlers.py:")
    assert "essay" not in str(error)


def test_kind_that_cannot_degrade_dies_after_its_last_attempt() -> None:
    job_id = submit("test.fatal")

    assert jobs.drain(skip_waits=True) == 2

    job = stored(job_id)
    assert (job.status, job.attempts, job.giving_up) == (JobStatus.DEAD, 2, False)
    assert job.completed_at is not None


def test_giving_up_that_fails_is_tried_a_bounded_number_of_times() -> None:
    job_id = submit("test.hopeless")

    assert jobs.drain(skip_waits=True) == 1 + MAX_GIVE_UPS

    job = stored(job_id)
    assert (job.status, job.attempts, job.give_ups) == (JobStatus.DEAD, 1, MAX_GIVE_UPS)


def test_wanted_retry_keeps_its_own_delay() -> None:
    job_id = submit("test.later")

    jobs.drain()

    job = stored(job_id)
    assert job.status == JobStatus.QUEUED
    assert dt.timedelta(minutes=59) < job.next_run_at - database_now() <= dt.timedelta(hours=1)
    assert job.error_payload is not None
    assert job.error_payload["message"] == "the provider is closed"


def test_dead_job_runs_again_with_all_its_attempts_and_a_line_in_the_trail() -> None:
    actor = get_user_model().objects.create_user("ada@example.org", None, role="admin")
    job_id = submit("test.broken")
    jobs.drain(skip_waits=True)

    jobs.requeue(job_id, by=actor)

    job = stored(job_id)
    assert (job.status, job.attempts, job.give_ups, job.giving_up) == (JobStatus.QUEUED, 0, 0, False)
    line = AuditLog.objects.get(action="job.requeued")
    assert (line.actor_id, line.resource_id) == (actor.pk, job_id)
    assert jobs.drain(skip_waits=True) == 4


def test_only_dead_jobs_run_again() -> None:
    job_id = submit()

    with pytest.raises(jobs.JobNotDead) as refusal:
        jobs.requeue(job_id, by=None)
    with pytest.raises(Missing):
        jobs.requeue(uuid.uuid4(), by=None)

    assert refusal.value.code == "JOB_409"
    assert not AuditLog.objects.filter(action="job.requeued").exists()
