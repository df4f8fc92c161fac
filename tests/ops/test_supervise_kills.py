"""``kill -9`` of any process of the worker, a freeze, an outage: the work goes on, and happens once.

One supervised worker goes through all of it.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from microcred.db import database_now
from ops.enums import JobStatus
from ops.models import AsyncJob
from ops.supervision.processes import find
from tests.factories.assessments import submitted_assessment
from tests.ops.handlers import effects
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, submit, wait_for_status, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[SupervisedWorker]:
    worker = SupervisedWorker(tmp_path_factory.mktemp("supervised"))
    with pytest.MonkeyPatch.context() as patched:
        # A pause of the machine is no death: what is in hand keeps its lease, and its time to end, over some seconds.
        patched.setenv("OPS_TEST_LEASE_SECONDS", "10")
        patched.setenv("OPS_TEST_STOP_SECONDS", "10")
        worker.launch()
    yield worker
    worker.close()


@pytest.fixture
def supervised(shared: SupervisedWorker) -> SupervisedWorker:
    wait_until(shared.is_ready, PATIENCE_SECONDS, f"the worker is whole\n{shared.log()}")
    return shared


@pytest.fixture
def may_end(tmp_path: Path) -> Path:
    """Work that waits for this file is under way until it is made, however long that takes."""
    return tmp_path / "may-end"


def test_work_goes_on_after_the_death_of_every_single_process(supervised: SupervisedWorker) -> None:
    before = submit()
    wait_for_status(before, JobStatus.SUCCEEDED)

    for role in ("worker", "alone", "sentinel", "main"):
        victim = supervised.find_role(role)
        os.kill(victim, signal.SIGKILL)
        job = submit()
        wait_for_status(job, JobStatus.SUCCEEDED)
        assert effects(job) == 1
        wait_until(supervised.is_ready, PATIENCE_SECONDS, "the worker is whole again")
        assert victim not in supervised.roles()


def test_idle_workers_death_holds_nobody_up(supervised: SupervisedWorker) -> None:
    stuck_before = supervised.log().count("worker_stuck")
    os.kill(supervised.find_role("worker"), signal.SIGKILL)

    jobs = [submit() for _ in range(3)]

    for job in jobs:
        wait_for_status(job, JobStatus.SUCCEEDED)
    assert [effects(job) for job in jobs] == [1, 1, 1]
    assert supervised.log().count("worker_stuck") == stuck_before


def test_worker_that_does_nothing_is_noticed_and_replaced(supervised: SupervisedWorker) -> None:
    stuck_before = supervised.log().count("worker_stuck")
    for pid in supervised.workers():
        os.kill(pid, signal.SIGSTOP)

    job = submit()

    wait_for_status(job, JobStatus.SUCCEEDED)
    assert effects(job) == 1
    assert supervised.log().count("worker_stuck") == stuck_before + 1


def test_one_frozen_process_is_killed_and_replaced(supervised: SupervisedWorker) -> None:
    frozen, *others = supervised.workers()
    os.kill(frozen, signal.SIGSTOP)

    wait_until(lambda: find(frozen) is None, PATIENCE_SECONDS, "the frozen process is dead")

    wait_until(supervised.is_ready, PATIENCE_SECONDS, "the worker is whole again")
    assert frozen not in supervised.workers()
    assert set(others) <= set(supervised.workers())
    assert "worker_process_frozen" in supervised.log()


def test_worker_whose_first_process_is_frozen_is_replaced(supervised: SupervisedWorker) -> None:
    before = supervised.roles()
    os.kill(supervised.find_role("main"), signal.SIGSTOP)

    wait_until(lambda: "worker_silent" in supervised.log(), PATIENCE_SECONDS, "the silence is noticed")

    wait_until(supervised.is_ready, PATIENCE_SECONDS, "the worker is whole again")
    assert set(before).isdisjoint(supervised.roles())


def test_work_whose_job_is_gone_gets_another(supervised: SupervisedWorker) -> None:
    assessment = submitted_assessment()
    AsyncJob.objects.filter(assessment=assessment).delete()

    wait_until(
        lambda: AsyncJob.objects.filter(assessment=assessment).exists(),
        PATIENCE_SECONDS,
        "the lost job is there again",
    )

    # Said once it is stored, which may be a moment after the job can be seen.
    wait_until(lambda: "state_repaired" in supervised.log(), PATIENCE_SECONDS, "it is said that it was lost")


@pytest.mark.parametrize("role", ["sentinel", "main"])
def test_what_is_in_hand_ends_well_when_who_looks_after_it_dies(
    supervised: SupervisedWorker, may_end: Path, role: str
) -> None:
    job = submit(until=str(may_end))
    holder = supervised.busy_worker(job)

    os.kill(supervised.find_role(role), signal.SIGKILL)
    may_end.touch()

    wait_for_status(job, JobStatus.SUCCEEDED)
    assert AsyncJob.objects.get(pk=job).attempts == 1
    wait_until(lambda: find(holder) is None, PATIENCE_SECONDS, "who did it has ended")


def test_busy_worker_loses_its_job_to_another(supervised: SupervisedWorker, may_end: Path) -> None:
    job = submit(until=str(may_end))
    os.kill(supervised.busy_worker(job), signal.SIGKILL)
    may_end.touch()

    wait_for_status(job, JobStatus.SUCCEEDED)

    assert effects(job) == 1
    assert AsyncJob.objects.get(pk=job).attempts == 2


def test_job_that_kills_its_workers_is_given_up_after_its_last_attempt(supervised: SupervisedWorker) -> None:
    job = submit("test.poison")

    wait_for_status(job, JobStatus.DEAD)

    assert effects(job, "test.started") == 2
    assert effects(job, "test.degraded") == 1
    error = AsyncJob.objects.get(pk=job).error_payload
    assert error is not None
    assert error["type"] == "WorkerLost"


def test_innocent_jobs_survive_a_job_that_kills_its_workers(
    supervised: SupervisedWorker, may_end: Path
) -> None:
    innocent = [submit(until=str(may_end)) for _ in range(6)]
    for job in innocent:
        supervised.busy_worker(job)

    poison = submit("test.poison.5")
    wait_until(lambda: effects(poison, "test.started") > 0, PATIENCE_SECONDS, "it kills for the first time")
    may_end.touch()

    wait_for_status(poison, JobStatus.DEAD)
    for job in innocent:
        wait_for_status(job, JobStatus.SUCCEEDED)
    stored = AsyncJob.objects.get(pk=poison)
    assert (stored.attempts, effects(poison, "test.started"), stored.alone) == (5, 5, True)
    assert [effects(job) for job in innocent] == [1] * 6
    assert AsyncJob.objects.filter(pk__in=innocent, attempts__gt=3).count() == 0


def test_all_connections_cut(supervised: SupervisedWorker, may_end: Path) -> None:
    running = submit(seconds=2.5, until=str(may_end))
    supervised.busy_worker(running)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (cut,) = cursor.fetchone()
    may_end.touch()
    job = submit()

    assert cut >= 3
    wait_for_status(job, JobStatus.SUCCEEDED)
    wait_for_status(running, JobStatus.SUCCEEDED)
    assert effects(running) == 1


def test_worker_frozen_beyond_its_lease_writes_nothing_when_it_thaws(
    supervised: SupervisedWorker, may_end: Path
) -> None:
    job = submit(until=str(may_end))
    frozen = supervised.busy_worker(job)
    os.kill(frozen, signal.SIGSTOP)
    may_end.touch()
    # Sooner than by itself, for who is silent for long is killed before it can thaw.
    AsyncJob.objects.filter(pk=job).update(lease_expires_at=database_now())
    wait_for_status(job, JobStatus.SUCCEEDED)

    os.kill(frozen, signal.SIGCONT)

    wait_until(lambda: "job_fenced_off" in supervised.log(), PATIENCE_SECONDS, "the late worker was refused")
    assert effects(job) == 1
    assert effects(job, "test.started") == 2
