"""``kill -9`` of any process of the worker: the work goes on within 20 seconds, and happens once."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.enums import JobStatus
from ops.models import AsyncJob
from tests.ops.handlers import effects
from tests.ops.harness import SupervisedWorker, submit, wait_for_status, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[SupervisedWorker]:
    worker = SupervisedWorker(tmp_path)
    try:
        yield worker.start()
    finally:
        worker.close()


def test_work_goes_on_after_the_death_of_every_single_process(supervised: SupervisedWorker) -> None:
    before = submit()
    wait_for_status(before, JobStatus.SUCCEEDED)

    for role in ("pusher", "monitor", "sentinel", "main"):
        victim = supervised.find_role(role)
        os.kill(victim, signal.SIGKILL)
        job = submit()
        wait_for_status(job, JobStatus.SUCCEEDED)
        assert effects(job) == 1
        wait_until(supervised.is_ready, 20, "the worker is whole again")
        assert victim not in supervised.roles()


def test_idle_worker_that_holds_the_queues_read_lock(supervised: SupervisedWorker) -> None:
    os.kill(supervised.lock_holder(), signal.SIGKILL)

    jobs = [submit() for _ in range(3)]

    for job in jobs:
        wait_for_status(job, JobStatus.SUCCEEDED, 20)
    assert [effects(job) for job in jobs] == [1, 1, 1]
    assert "worker_stuck" in supervised.log()


def test_busy_worker_loses_its_job_to_another(supervised: SupervisedWorker) -> None:
    job = submit(seconds=1.5)
    os.kill(supervised.busy_worker(job), signal.SIGKILL)

    wait_for_status(job, JobStatus.SUCCEEDED, 20)

    assert effects(job) == 1
    assert AsyncJob.objects.get(pk=job).attempts == 2


def test_job_that_kills_its_workers_is_given_up_after_its_last_attempt(supervised: SupervisedWorker) -> None:
    job = submit("test.poison")

    wait_for_status(job, JobStatus.DEAD, 40)

    assert effects(job, "test.started") == 2
    assert effects(job, "test.degraded") == 1
    error = AsyncJob.objects.get(pk=job).error_payload
    assert error is not None
    assert error["type"] == "WorkerLost"
