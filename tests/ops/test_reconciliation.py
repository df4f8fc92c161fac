"""The repair of what killed workers and lost bells leave behind."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import connection, transaction

from microcred.db import database_now
from ops import bell, claims, jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from ops.reconciliation import RING_AGAIN_SECONDS, end_lapsed_claims, ring_for_waiting_jobs
from tests.ops.handlers import effects
from tests.ops.harness import PATIENCE_SECONDS, submit


def lapse(job_id: uuid.UUID) -> None:
    AsyncJob.objects.filter(pk=job_id).update(lease_expires_at=database_now() - dt.timedelta(seconds=1))


@pytest.mark.django_db
def test_nothing_to_repair() -> None:
    submit()

    assert (end_lapsed_claims(), ring_for_waiting_jobs()) == (0, False)


@pytest.mark.django_db
def test_job_of_a_lost_worker_is_queued() -> None:
    job_id = submit()
    claims.claim_job(job_id)
    lapse(job_id)

    assert end_lapsed_claims() == 1

    job = AsyncJob.objects.get(pk=job_id)
    assert (job.status, job.attempts, job.owner_token) == (JobStatus.QUEUED, 1, None)
    assert job.error_payload is not None
    assert job.error_payload["type"] == "WorkerLost"
    assert end_lapsed_claims() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "alone"),
    [("test.note", [False, True]), ("test.fatal", [True])],
    ids=["five attempts", "two attempts"],
)
def test_job_that_may_be_why_workers_die_is_kept_apart_in_time(kind: str, alone: list[bool]) -> None:
    job_id = submit(kind)
    found = []
    for _ in alone:
        claims.claim_job(job_id)
        lapse(job_id)
        end_lapsed_claims()
        found.append(AsyncJob.objects.get(pk=job_id).alone)

    assert found == alone


@pytest.mark.django_db
def test_job_that_loses_its_worker_at_every_attempt_gives_up() -> None:
    job_id = submit("test.broken")
    for _ in range(3):
        assert claims.claim_job(job_id) is not None
        lapse(job_id)
        end_lapsed_claims()

    job = AsyncJob.objects.get(pk=job_id)
    assert (job.status, job.attempts, job.giving_up) == (JobStatus.QUEUED, 3, True)
    jobs.drain()
    assert AsyncJob.objects.get(pk=job_id).status == JobStatus.DEAD
    assert effects(job_id, "test.degraded") == 1


@pytest.mark.django_db
def test_job_of_a_lost_worker_waits_behind_nobody_and_seems_no_older_than_who_waits() -> None:
    lost, waiting = submit(), submit()
    claims.claim_job(lost)
    waits_since = database_now() - dt.timedelta(seconds=2)
    AsyncJob.objects.filter(pk=waiting).update(next_run_at=waits_since)
    AsyncJob.objects.filter(pk=lost).update(next_run_at=waits_since - dt.timedelta(minutes=1))
    lapse(lost)
    began = database_now()

    assert end_lapsed_claims() == 1

    took = database_now() - began
    due = AsyncJob.objects.get(pk=lost).next_run_at
    assert abs(due - waits_since) <= took
    found = [claims.claim_next_job(alone=False) for _ in range(2)]
    assert {claim.job_id for claim in found if claim} == {lost, waiting}


@pytest.mark.django_db
def test_live_lease_is_left_alone() -> None:
    claims.claim_job(submit())

    assert end_lapsed_claims() == 0


@pytest.mark.django_db
def test_job_of_an_unknown_kind_is_left_to_newer_code() -> None:
    running, queued = submit(), submit()
    claims.claim_job(running)
    lapse(running)
    AsyncJob.objects.filter(pk=queued).update(next_run_at=database_now() - dt.timedelta(minutes=5))
    AsyncJob.objects.update(kind="newer.kind")

    assert (end_lapsed_claims(), ring_for_waiting_jobs()) == (0, False)


@pytest.mark.django_db(transaction=True)
def test_job_that_nobody_took_is_rung_for_again() -> None:
    late = database_now() - dt.timedelta(seconds=RING_AGAIN_SECONDS + 1)
    AsyncJob.objects.filter(pk=submit()).update(next_run_at=late)
    ears = bell.DatabaseBells()
    ears.hear(0)

    assert ring_for_waiting_jobs()

    assert ears.hear(PATIENCE_SECONDS)
    ears.close()


@pytest.mark.django_db(transaction=True)
def test_jobs_that_another_pass_holds_are_left_to_it() -> None:
    lapsed = submit()
    claims.claim_job(lapsed)
    lapse(lapsed)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(AsyncJob.objects.select_for_update())
            held.set()
            done.wait(PATIENCE_SECONDS)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(PATIENCE_SECONDS)
    try:
        assert end_lapsed_claims() == 0
    finally:
        done.set()
        other.join()
    assert end_lapsed_claims() == 1


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_repair_each_job_once() -> None:
    for _ in range(30):
        job_id = submit()
        claims.claim_job(job_id)
        lapse(job_id)
    barrier = threading.Barrier(4)
    outcomes: list[int] = []

    def repair() -> None:
        barrier.wait()
        outcomes.append(end_lapsed_claims())
        connection.close()

    threads = [threading.Thread(target=repair) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes.append(end_lapsed_claims())

    assert sum(outcomes) == 30
    assert set(AsyncJob.objects.values_list("status", "attempts")) == {(JobStatus.QUEUED, 1)}
