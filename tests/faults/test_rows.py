"""Rows of the fault matrix that need little: poison of every kind, keys, clocks, several clusters, a full Redis."""

import ctypes
import datetime as dt
import faulthandler
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django_q.conf import Conf

from microcred.db import database_now
from ops import bell, claims, jobs
from ops.jobs import Claim
from ops.models import AsyncJob
from ops.reconciliation import end_lapsed_claims
from tests.e2e.redis_server import PROGRAM, RedisServer
from tests.faults.failpoints import bury, in_a_process_of_its_own
from tests.ops.handlers import effects
from tests.ops.harness import submit
from tests.ops.kinds import KINDS

pytestmark = pytest.mark.django_db(transaction=True)


def swallow(claim: Claim) -> None:
    try:
        raise SystemExit(3)
    except BaseException:
        os._exit(3)


def segfault(claim: Claim) -> None:
    faulthandler.disable()  # its report would look like one of the tests'
    ctypes.string_at(0)


def hog(claim: Claim) -> None:
    # What the kernel does to a process that takes all memory.
    os.kill(os.getpid(), signal.SIGKILL)


def end(claim: Claim) -> None:
    os._exit(1)


def raise_exit(claim: Claim) -> None:
    sys.exit("a handler may raise anything")


DEADLY: list[Callable[[Claim], None]] = [end, segfault, hog, swallow]


@pytest.fixture(autouse=True)
def kinds(settings: LazySettings) -> None:
    poison = {
        f"poison.{act.__name__}": {
            "handler": f"tests.faults.test_rows.{act.__name__}",
            "give_up": None,
            "max_attempts": 5,
        }
        for act in [*DEADLY, raise_exit]
    }
    settings.JOB_KINDS = settings.JOB_KINDS | KINDS | poison


def work() -> tuple[int, int]:
    """Have a process of its own do what is due, and bury it."""
    pid, status = in_a_process_of_its_own(lambda: jobs.drain(skip_waits=True))
    bury(pid)
    return pid, status


@pytest.mark.parametrize("act", DEADLY, ids=lambda act: str(act.__name__))
def test_a_job_that_kills_its_process_is_dead_after_exactly_its_attempts(
    act: Callable[[Claim], None],
) -> None:
    innocent, poison = submit(), submit(f"poison.{act.__name__}")

    statuses = [work()[1] for _ in range(6)]

    assert [status != 0 for status in statuses] == [True] * 5 + [False]
    stored = AsyncJob.objects.get(pk=poison)
    assert (stored.status, stored.attempts) == ("dead", 5)
    assert stored.error_payload is not None
    assert stored.error_payload["type"] == "WorkerLost"
    assert effects(innocent) == 1


def test_a_job_that_raises_what_ends_a_process_does_not_end_it() -> None:
    poison = submit("poison.raise_exit")

    assert work()[1] == 0

    stored = AsyncJob.objects.get(pk=poison)
    assert (stored.status, stored.attempts) == ("dead", 5)


def test_jobs_outlive_the_key_they_were_queued_under(settings: LazySettings) -> None:
    queued = [submit() for _ in range(5)]

    def work_under_another() -> None:
        settings.SECRET_KEY = "another key, with which nothing that was signed before could be read"
        jobs.drain()

    assert in_a_process_of_its_own(work_under_another)[1] == 0
    assert [effects(job) for job in queued] == [1] * 5


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_worker_whose_clock_is_wrong_holds_its_lease_by_the_databases(minutes: int) -> None:
    job = submit()

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes), tick=True):
        claim = claims.claim_job(job)
        assert claim is not None
        assert end_lapsed_claims() == 0
        assert claims.claim_job(job) is None
        lease = AsyncJob.objects.get(pk=job).lease_expires_at
        assert lease is not None
        assert dt.timedelta(0) < lease - database_now() <= dt.timedelta(seconds=15)
        with claim.finish():
            pass

    assert AsyncJob.objects.get(pk=job).status == "succeeded"


def test_three_clusters_do_each_job_once() -> None:
    queued = [submit(seconds=0.01) for _ in range(30)]
    pids = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            os._exit(in_a_process_of_its_own(lambda: jobs.drain())[1])
        pids.append(pid)

    statuses = [os.waitpid(pid, 0)[1] for pid in pids]

    assert statuses == [0, 0, 0]
    assert [effects(job) for job in queued] == [1] * 30
    assert set(AsyncJob.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.redis
@pytest.mark.skipif(PROGRAM is None, reason="needs a redis-server, which is not installed")
@pytest.mark.parametrize("trouble", ["full", "slow"])
def test_a_redis_that_is_full_or_hangs_holds_nobody_up(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RedisServer(tmp_path) as server:
        monkeypatch.setattr(Conf, "ORM", None)
        monkeypatch.setattr(Conf, "REDIS", server.url)
        monkeypatch.setattr(Conf, "BROKER_CLASS", "ops.redis_bells.RedisBells")
        with server.client() as client:
            if trouble == "full":
                client.config_set("maxmemory", "1")
            else:
                client.execute_command("CLIENT", "PAUSE", "600000", "ALL")
        began = database_now()

        job = submit()

        # It keeps silent for ten minutes.
        assert database_now() - began < dt.timedelta(minutes=1)
        assert not bell.ears().hear(0.1)
        jobs.drain()
        assert effects(job) == 1
