"""The repair of what killed workers and lost bells leave behind."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from microcred.db import database_now
from ops import claims, jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from ops.reconciliation import Repaired, reconcile
from tests.ops.handlers import effects
from tests.ops.harness import submit

LONG_AGO = dt.timedelta(minutes=5)


def lapse(job_id: uuid.UUID) -> None:
    AsyncJob.objects.filter(pk=job_id).update(lease_expires_at=database_now() - dt.timedelta(seconds=1))


def lose_bells(job_id: uuid.UUID) -> None:
    OrmQ.objects.all().delete()
    AsyncJob.objects.filter(pk=job_id).update(
        rung_at=database_now() - LONG_AGO, next_run_at=database_now() - 2 * LONG_AGO
    )


@pytest.mark.django_db
def test_nothing_to_repair() -> None:
    submit()

    assert reconcile() == Repaired(lapsed=0, rung=0)


@pytest.mark.django_db
def test_job_of_a_lost_worker_is_queued_and_rung_for() -> None:
    job_id = submit()
    claims.take(job_id)
    lapse(job_id)

    assert reconcile() == Repaired(lapsed=1, rung=1)

    job = AsyncJob.objects.get(pk=job_id)
    assert (job.status, job.attempts, job.owner_token) == (JobStatus.QUEUED, 1, None)
    assert job.error_payload is not None
    assert job.error_payload["type"] == "WorkerLost"
    assert reconcile() == Repaired(lapsed=0, rung=0)


@pytest.mark.django_db
def test_job_that_loses_its_worker_at_every_attempt_gives_up() -> None:
    job_id = submit("test.broken")
    for _ in range(3):
        assert claims.take(job_id) is not None
        lapse(job_id)
        reconcile()

    job = AsyncJob.objects.get(pk=job_id)
    assert (job.status, job.attempts, job.giving_up) == (JobStatus.QUEUED, 3, True)
    jobs.drain()
    assert AsyncJob.objects.get(pk=job_id).status == JobStatus.DEAD
    assert effects(job_id, "test.degraded") == 1


@pytest.mark.django_db
def test_live_lease_is_left_alone() -> None:
    job_id = submit()
    claims.take(job_id)

    assert reconcile() == Repaired(lapsed=0, rung=0)


@pytest.mark.django_db
def test_job_of_an_unknown_kind_is_left_to_newer_code() -> None:
    running, queued = submit(), submit()
    claims.take(running)
    lapse(running)
    lose_bells(queued)
    AsyncJob.objects.update(kind="newer.kind")

    assert reconcile() == Repaired(lapsed=0, rung=0)


@pytest.mark.django_db
def test_lost_bell_is_rung_again() -> None:
    job_id = submit()
    lose_bells(job_id)

    assert reconcile() == Repaired(lapsed=0, rung=1)

    assert OrmQ.objects.count() == 1
    assert reconcile() == Repaired(lapsed=0, rung=0)


@pytest.mark.django_db
def test_bell_that_waits_its_turn_is_not_rung_twice() -> None:
    job_id = submit()
    rung_at = database_now() - LONG_AGO
    OrmQ.objects.update(lock=rung_at)
    AsyncJob.objects.filter(pk=job_id).update(rung_at=rung_at, next_run_at=rung_at)

    assert reconcile() == Repaired(lapsed=0, rung=0)


@pytest.mark.django_db
def test_bell_lost_ahead_of_a_long_queue_is_rung_again() -> None:
    lost = submit()
    lose_bells(lost)
    submit()

    assert reconcile() == Repaired(lapsed=0, rung=1)


@pytest.mark.django_db
def test_job_for_later_is_rung_for_when_it_is_due() -> None:
    job = jobs.enqueue("test.note", run_at=database_now() + dt.timedelta(hours=1))
    assert reconcile() == Repaired(lapsed=0, rung=0)
    AsyncJob.objects.filter(pk=job.pk).update(next_run_at=database_now())

    assert reconcile() == Repaired(lapsed=0, rung=1)


@pytest.mark.django_db(transaction=True)
def test_jobs_that_another_pass_holds_are_left_to_it() -> None:
    lapsed, unrung = submit(), submit()
    claims.take(lapsed)
    lapse(lapsed)
    lose_bells(unrung)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(AsyncJob.objects.select_for_update())
            held.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(5)
    try:
        assert reconcile() == Repaired(lapsed=0, rung=0)
    finally:
        done.set()
        other.join()
    assert reconcile() == Repaired(lapsed=1, rung=2)


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_repair_each_job_once() -> None:
    for _ in range(30):
        job_id = submit()
        claims.take(job_id)
        lapse(job_id)
    OrmQ.objects.all().delete()
    barrier = threading.Barrier(4)
    outcomes: list[Repaired] = []

    def repair() -> None:
        barrier.wait()
        outcomes.append(reconcile())
        connection.close()

    threads = [threading.Thread(target=repair) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes.append(reconcile())

    assert sum(outcome.lapsed for outcome in outcomes) == 30
    assert sum(outcome.rung for outcome in outcomes) == 30
    assert OrmQ.objects.count() == 30
    assert set(AsyncJob.objects.values_list("status", "attempts")) == {(JobStatus.QUEUED, 1)}
