"""Processes that do jobs, and what becomes of one that freezes or dies."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from ops import claims, worker_heartbeats
from ops.models import AsyncJob
from ops.worker_processes import SILENCE_SECONDS, WorkerProcesses
from tests.ops.harness import PATIENCE_SECONDS, submit, wait_until


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that this one has started, as the sentinel starts those of a worker."""
    started = subprocess.Popen(["sleep", "600"])
    yield started
    started.kill()
    started.wait()


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> dict[int, float]:
    """For how long who has been silent."""
    silent: dict[int, float] = {}
    monkeypatch.setattr(worker_heartbeats, "heartbeat_ages", lambda: silent)
    return silent


def test_a_process_shows_life_in_its_place() -> None:
    before = time.monotonic()
    worker_heartbeats.record_heartbeat(7)
    time.sleep(0.02)

    assert 0.02 <= worker_heartbeats.heartbeat_ages()[os.getpid()] <= time.monotonic() - before


@pytest.mark.django_db
def test_a_frozen_process_is_killed_when_it_is_silent_twice(
    process: subprocess.Popen[bytes], silence: dict[int, float]
) -> None:
    workers = WorkerProcesses("w-1", os.getpid())
    silence[process.pid] = SILENCE_SECONDS + 1
    workers.look_after()
    assert process.poll() is None

    workers.look_after()

    wait_until(lambda: process.poll() == -signal.SIGKILL, PATIENCE_SECONDS, "the frozen process is dead")


def test_what_the_sentinel_did_not_start_is_left_alone(
    process: subprocess.Popen[bytes], silence: dict[int, float]
) -> None:
    workers = WorkerProcesses("w-1", 1)
    silence[process.pid] = SILENCE_SECONDS + 1

    for _ in range(3):
        workers.look_after()

    assert process.poll() is None


@pytest.mark.django_db
def test_the_claims_of_the_dead_are_given_up_at_once_and_no_others(
    process: subprocess.Popen[bytes], silence: dict[int, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = WorkerProcesses("w-1", os.getpid())
    silence[process.pid] = 0.1
    workers.look_after()
    own, other = submit(), submit()
    for job in (own, other):
        claims.claim_job(job)
    AsyncJob.objects.filter(pk=own).update(claimed_by=f"w-1/{process.pid}")
    AsyncJob.objects.filter(pk=other).update(claimed_by=f"w-2/{process.pid}")
    before = AsyncJob.objects.get(pk=other).lease_expires_at
    process.kill()
    process.wait()

    workers.look_after()

    lapsed = AsyncJob.objects.get(pk=own)
    assert lapsed.lease_expires_at is not None
    assert lapsed.started_at is not None
    assert lapsed.lease_expires_at - lapsed.started_at < before - lapsed.started_at  # type: ignore[operator]
    assert AsyncJob.objects.get(pk=other).lease_expires_at == before


@pytest.mark.django_db
def test_a_database_that_is_away_is_asked_again(
    process: subprocess.Popen[bytes], silence: dict[int, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = WorkerProcesses("w-1", os.getpid())
    silence[process.pid] = 0.1
    workers.look_after()
    process.kill()
    process.wait()
    asked: list[int] = []

    def away(worker: str, pid: int) -> int:
        asked.append(pid)
        if len(asked) == 1:
            raise OperationalError("away")
        return 0

    monkeypatch.setattr(claims, "expire_process_leases", away)
    monkeypatch.setattr("ops.worker_processes.connection.close", lambda: None)

    for _ in range(3):
        workers.look_after()

    assert asked == [process.pid] * 2
