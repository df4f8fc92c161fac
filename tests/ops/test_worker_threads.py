"""One process of the worker: many waits at a time, no more than it has threads, and an end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import LazySettings
from django.db import connection

from ops import worker_heartbeats, worker_threads
from ops.enums import JobStatus
from ops.models import AsyncJob
from tests.ops import handlers
from tests.ops.harness import PATIENCE_SECONDS, submit, wait_for_status, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def working(
    most: int, monkeypatch: pytest.MonkeyPatch, *, alone: bool = False
) -> Iterator[worker_threads.WorkerThreads]:
    """Have threads of this process work meanwhile, and wait for their end."""
    stopping = threading.Event()
    monkeypatch.setattr(worker_heartbeats, "claims_refused", stopping.is_set)
    monkeypatch.setattr(worker_threads, "IDLE_SECONDS", 0.2)
    workers = worker_threads.WorkerThreads(most=most, alone=alone)

    def work() -> None:
        workers.run()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield workers
    finally:
        stopping.set()
        thread.join(PATIENCE_SECONDS)
        wait_until(lambda: not workers._all, PATIENCE_SECONDS, "the threads have ended")


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Have jobs wait until so many are done at once."""

    def of(number: int) -> None:
        monkeypatch.setattr(handlers, "TOGETHER", [threading.Barrier(number)])

    return of


def test_waits_do_not_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch, meeting: Callable[[int], None]
) -> None:
    meeting(12)
    with working(12, monkeypatch):
        for job in [submit("test.meet") for _ in range(12)]:
            wait_for_status(job, JobStatus.SUCCEEDED)


def test_no_more_jobs_at_a_time_than_threads(
    monkeypatch: pytest.MonkeyPatch, meeting: Callable[[int], None]
) -> None:
    meeting(2)
    queued = [submit("test.meet") for _ in range(2)] + [submit(seconds=0.5) for _ in range(4)]
    most = 0

    def look() -> bool:
        nonlocal most
        states = list(AsyncJob.objects.values_list("status", flat=True))
        most = max(most, states.count(JobStatus.RUNNING))
        return states.count(JobStatus.SUCCEEDED) == len(queued)

    with working(2, monkeypatch):
        wait_until(look, PATIENCE_SECONDS, "all are done")

    assert most <= 2


def test_retry_is_done_when_it_is_due_without_a_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    with working(2, monkeypatch):
        job = submit("test.broken")

        wait_for_status(job, JobStatus.DEAD)

    assert AsyncJob.objects.get(pk=job).attempts == 3


def test_idle_hands_end_and_close_their_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    with working(4, monkeypatch) as workers:
        for job in [submit(seconds=0.3) for _ in range(4)]:
            wait_for_status(job, JobStatus.SUCCEEDED)

        wait_until(lambda: not workers._all, PATIENCE_SECONDS, "nobody is left")

        # This one, the one that listens, the main thread's, and that of the leases.
        wait_until(lambda: open_connections() <= 4, PATIENCE_SECONDS, "their connections are closed")
        wait_for_status(submit(), JobStatus.SUCCEEDED)


def open_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_job_that_never_returns_has_its_process_end(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.JOB_TIMEOUT_SECONDS = 0.5
    settings.JOB_DEADLINE_SECONDS = 0.3
    ended = threading.Event()
    monkeypatch.setattr("ops.worker_threads.os._exit", lambda status: ended.set())

    with working(2, monkeypatch) as workers:
        submit(seconds=3)
        assert ended.wait(PATIENCE_SECONDS)
        following = submit()

        wait_until(lambda: not workers._busy(), PATIENCE_SECONDS, "it returns after all")

    # Whoever ends takes nothing more with it.
    assert AsyncJob.objects.get(pk=following).status == JobStatus.QUEUED


def test_a_hand_whose_connection_was_cut_while_it_was_idle_needs_no_second_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with working(1, monkeypatch):
        monkeypatch.setattr(worker_threads, "IDLE_SECONDS", 3)
        wait_for_status(submit(), JobStatus.SUCCEEDED)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

        job = submit()
        wait_for_status(job, JobStatus.SUCCEEDED)

    assert AsyncJob.objects.get(pk=job).attempts == 1


def test_jobs_that_must_be_alone_are_done_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    suspect, other = submit(), submit()
    AsyncJob.objects.filter(pk=suspect).update(alone=True)

    with working(1, monkeypatch, alone=True):
        wait_for_status(suspect, JobStatus.SUCCEEDED)

    assert AsyncJob.objects.get(pk=other).status == JobStatus.QUEUED
