"""Claims: one owner, fenced writes, and jobs given back."""

import datetime as dt
import os
import subprocess
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from microcred.db import database_now
from ops import claims, jobs
from ops.enums import JobStatus
from ops.failures import LeaseLost
from ops.models import AsyncJob
from tests.ops.handlers import effects
from tests.ops.harness import submit

NO_DELAY = dt.timedelta(0)


def taken(kind: str = "test.note") -> claims.Claim:
    claim = claims.claim_job(submit(kind))
    assert claim is not None
    return claim


@pytest.mark.django_db
def test_claim_counts_the_attempt_and_starts_the_lease() -> None:
    job_id = submit(colour="red")
    before = database_now()

    claim = claims.claim_job(job_id)

    assert claim is not None
    assert (claim.payload, claim.attempt, claim.max_attempts) == ({"colour": "red"}, 1, 5)
    assert not claim.is_last_attempt
    job = AsyncJob.objects.get(pk=job_id)
    assert (job.status, job.attempts, job.owner_token) == (JobStatus.RUNNING, 1, claim.token)
    assert job.lease_expires_at is not None
    assert before <= job.lease_expires_at - dt.timedelta(seconds=15) <= database_now()


@pytest.mark.django_db
def test_claimed_unknown_and_future_jobs_cannot_be_claimed() -> None:
    claimed = taken().job_id
    future = submit()
    AsyncJob.objects.filter(pk=future).update(next_run_at=database_now() + dt.timedelta(minutes=1))

    assert [claims.claim_job(job_id) for job_id in (claimed, uuid.uuid4(), future)] == [None, None, None]


@pytest.mark.django_db
def test_job_of_a_kind_that_newer_code_knows_is_left_alone() -> None:
    job_id = submit()
    AsyncJob.objects.filter(pk=job_id).update(kind="newer.kind")

    assert claims.claim_job(job_id) is None
    assert AsyncJob.objects.get(pk=job_id).status == JobStatus.QUEUED


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_try_at_once_one_claims() -> None:
    job_id = submit()
    barrier = threading.Barrier(8)
    winners: list[claims.Claim] = []

    def try_once() -> None:
        barrier.wait()
        claim = claims.claim_job(job_id)
        if claim is not None:
            winners.append(claim)
        connection.close()

    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(winners) == 1
    assert AsyncJob.objects.get(pk=job_id).attempts == 1


@pytest.mark.django_db
def test_next_is_the_one_that_has_been_ready_longest() -> None:
    queued = [submit() for _ in range(3)]
    began = database_now()
    AsyncJob.objects.filter(pk=queued[2]).update(next_run_at=database_now() - dt.timedelta(minutes=1))
    AsyncJob.objects.filter(pk=queued[0]).update(next_run_at=database_now() + dt.timedelta(minutes=1))

    found = [claims.claim_next_job(alone=False) for _ in range(3)]

    assert [claim.job_id if claim else None for claim in found] == [queued[2], queued[1], None]
    until = claims.seconds_until_next(alone=False)
    assert until is not None
    assert 60 - (database_now() - began).total_seconds() <= until <= 60


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "expected"), [(0.001, 0.0), (10.0, None)])
def test_what_fell_due_a_moment_ago_may_have_been_missed(ago: float, expected: float | None) -> None:
    job = submit()
    AsyncJob.objects.filter(pk=job).update(next_run_at=database_now() - dt.timedelta(seconds=ago))

    assert claims.seconds_until_next(alone=False) == expected


@pytest.mark.django_db
def test_jobs_that_run_alone_are_a_queue_of_their_own() -> None:
    alone, other = submit(), submit()
    AsyncJob.objects.filter(pk=alone).update(alone=True)

    found = [claims.claim_next_job(alone=which) for which in (False, False, True)]

    assert [claim.job_id if claim else None for claim in found] == [other, None, alone]


@pytest.mark.django_db
def test_limits_of_a_kind_let_others_pass() -> None:
    slow = [jobs.enqueue("test.limited", share="slow").pk for _ in range(4)]
    quick = [jobs.enqueue("test.limited", share="quick").pk for _ in range(2)]
    free = submit()

    found = [claims.claim_next_job(alone=False) for _ in range(5)]

    # Two of the slow receiver's, one more of the kind, and then only what is of another kind.
    assert [claim.job_id if claim else None for claim in found] == [slow[0], slow[1], quick[0], free, None]
    assert found[0] is not None
    following = claims.end_and_claim_next(found[0], alone=False)
    assert following is not None
    assert following.job_id == slow[2]


@pytest.mark.django_db
def test_job_is_ended_and_the_next_taken_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second = submit(), submit()
    claim = claims.claim_next_job(alone=False)
    assert claim is not None

    with django_assert_num_queries(1):
        following = claims.end_and_claim_next(claim, alone=False)

    assert following is not None
    assert (claim.job_id, following.job_id) == (first, second)
    job = AsyncJob.objects.get(pk=first)
    assert (job.status, job.owner_token, job.lease_expires_at) == (JobStatus.SUCCEEDED, None, None)
    assert claims.end_and_claim_next(following, alone=False) is None


@pytest.mark.django_db
def test_owner_that_lost_a_job_does_not_end_it_but_goes_on() -> None:
    submit()
    second = submit()
    late = claims.claim_next_job(alone=False)
    assert late is not None
    AsyncJob.objects.filter(pk=late.job_id).update(owner_token=uuid.uuid4())

    following = claims.end_and_claim_next(late, alone=False)

    assert AsyncJob.objects.get(pk=late.job_id).status == JobStatus.RUNNING
    assert not late.is_finished
    assert following is not None
    assert following.job_id == second


@pytest.mark.django_db
def test_finish_writes_effects_and_success_together() -> None:
    claim = taken()

    with claim.finish():
        submit("test.later")

    job = AsyncJob.objects.get(pk=claim.job_id)
    assert (job.status, job.owner_token, job.lease_expires_at) == (JobStatus.SUCCEEDED, None, None)
    assert job.completed_at is not None
    assert AsyncJob.objects.filter(kind="test.later").count() == 1


@pytest.mark.django_db
def test_failure_inside_finish_undoes_the_effects_and_keeps_the_claim() -> None:
    claim = taken()

    def work() -> None:
        with claim.finish():
            submit("test.later")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    assert AsyncJob.objects.get(pk=claim.job_id).status == JobStatus.RUNNING
    assert not AsyncJob.objects.filter(kind="test.later").exists()
    assert not claim.is_finished


@pytest.mark.django_db
def test_owner_that_lost_the_job_can_neither_finish_nor_fail_it() -> None:
    late = taken()
    AsyncJob.objects.filter(pk=late.job_id).update(
        status=JobStatus.QUEUED, owner_token=None, lease_expires_at=None
    )
    present = claims.claim_job(late.job_id)
    assert present is not None

    with pytest.raises(LeaseLost), late.finish():
        submit("test.later")
    with pytest.raises(LeaseLost):
        claims.fail(late, error={"type": "X"}, delay=NO_DELAY)

    assert not AsyncJob.objects.filter(kind="test.later").exists()
    assert AsyncJob.objects.get(pk=late.job_id).owner_token == present.token


@pytest.mark.django_db
def test_finishing_twice_is_refused() -> None:
    claim = taken()
    with claim.finish():
        pass

    with pytest.raises(LeaseLost), claim.finish():
        pass

    assert effects(claim.job_id) == 0


@pytest.mark.django_db
def test_failed_attempt_waits_for_its_delay() -> None:
    claim = taken()
    before = database_now()

    claims.fail(claim, error={"type": "ProviderError"}, delay=dt.timedelta(seconds=30))

    job = AsyncJob.objects.get(pk=claim.job_id)
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 1)
    assert before <= job.next_run_at - dt.timedelta(seconds=30) <= database_now()
    assert job.error_payload is not None
    assert (job.error_payload["type"], job.error_payload["attempt"]) == ("ProviderError", 1)


@pytest.mark.django_db
def test_stopped_worker_gives_back_uncounted_what_its_living_processes_held() -> None:
    claims.identify("w-stopping")
    stopped, of_the_dead = taken(), taken()
    AsyncJob.objects.filter(pk=of_the_dead.job_id).update(claimed_by="w-stopping/1")
    claims.identify("w-other")
    other = taken()
    claims.identify("inline")

    assert claims.put_back("w-stopping", [os.getpid()]) == 1

    job = AsyncJob.objects.get(pk=stopped.job_id)
    assert (job.status, job.attempts) == (JobStatus.QUEUED, 0)
    for counted in (of_the_dead, other):
        job = AsyncJob.objects.get(pk=counted.job_id)
        assert (job.status, job.attempts) == (JobStatus.RUNNING, 1)


@pytest.mark.django_db
def test_leases_of_a_workers_dead_processes_end_at_once_and_those_of_the_living_do_not() -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    claims.identify("w-dead")
    claim, of_the_living = taken(), taken()
    AsyncJob.objects.filter(pk=claim.job_id).update(claimed_by=f"w-dead/{ended.pid}")
    claims.identify("inline")

    assert claims.expire_dead_leases("w-dead") == 1

    now = database_now()
    lease, other = (AsyncJob.objects.get(pk=one.job_id).lease_expires_at for one in (claim, of_the_living))
    assert lease is not None
    assert other is not None
    assert lease <= now < other


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "resting"}, "async_jobs_status"),
        ({"status": JobStatus.RUNNING}, "async_jobs_lease"),
        ({"owner_token": uuid.UUID(int=1)}, "async_jobs_lease"),
        ({"attempts": 6}, "async_jobs_attempts"),
        ({"give_ups": 1}, "async_jobs_give_ups"),
        ({"status": JobStatus.SUCCEEDED}, "async_jobs_completed"),
    ],
)
def test_database_refuses_states_that_cannot_be(changes: dict[str, object], constraint: str) -> None:
    job_id = submit()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AsyncJob.objects.filter(pk=job_id).update(**changes)
