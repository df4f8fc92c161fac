"""``manage.py supervise`` as its users meet it: starting, stopping, outages, predecessors."""

import datetime as dt
import os
import signal
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from microcred.db import database_now
from ops.enums import JobStatus
from ops.models import AsyncJob
from ops.supervision.processes import find, members
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, submit, wait_for_status, wait_until
from tests.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def patient_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly a worker puts its jobs back, it is not killed meanwhile."""
    monkeypatch.setenv("OPS_TEST_SUPERVISOR_SECONDS", "60")


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs have a minute to end, and a lease outlasts any pause of the machine."""
    monkeypatch.setenv("OPS_TEST_STOP_SECONDS", "60")
    monkeypatch.setenv("OPS_TEST_LEASE_SECONDS", "25")


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[SupervisedWorker]:
    worker = SupervisedWorker(tmp_path)
    try:
        yield worker.start()
    finally:
        worker.close()


@pytest.mark.usefixtures("unhurried")
def test_sigterm_lets_running_work_end_claims_nothing_more_and_leaves_no_process(
    supervised: SupervisedWorker, tmp_path: Path
) -> None:
    may_end = tmp_path / "may-end"
    running = [submit("test.limited", until=str(may_end)) for _ in range(3)]
    for job in running:
        supervised.busy_worker(job)
    waiting = [submit("test.limited") for _ in range(4)]
    groups, idle = supervised.groups(), supervised.find_role("alone")

    stopping = threading.Thread(target=supervised.stop)
    stopping.start()
    wait_until(lambda: find(idle) is None, PATIENCE_SECONDS, "who has nothing to do has ended")
    may_end.touch()
    stopping.join(PATIENCE_SECONDS)

    assert supervised.status == 0, supervised.log()
    assert {AsyncJob.objects.get(pk=job).status for job in running} == {JobStatus.SUCCEEDED}
    assert {AsyncJob.objects.get(pk=job).status for job in waiting} == {JobStatus.QUEUED}
    assert [process for group in groups for process in members(group)] == []
    assert supervised.groups() == []


def test_sigterm_puts_back_what_does_not_end_in_time(supervised: SupervisedWorker) -> None:
    job = submit(until="/never")
    supervised.busy_worker(job)

    supervised.stop()

    assert supervised.status == 0
    stored = AsyncJob.objects.get(pk=job)
    assert (stored.status, stored.attempts) == (JobStatus.QUEUED, 0)


@pytest.mark.usefixtures("unhurried")
def test_job_that_kills_its_process_while_the_worker_stops_has_had_an_attempt(
    supervised: SupervisedWorker,
) -> None:
    job = submit("test.poison.5", stopping=True)
    supervised.busy_worker(job)

    supervised.stop()

    stored = AsyncJob.objects.get(pk=job)
    assert (stored.status, stored.attempts) == (JobStatus.RUNNING, 1)
    assert stored.lease_expires_at is not None
    assert stored.lease_expires_at <= database_now()


@pytest.mark.usefixtures("unhurried")
def test_what_is_in_hand_ends_well_when_the_supervisor_is_killed(
    supervised: SupervisedWorker, tmp_path: Path
) -> None:
    may_end = tmp_path / "may-end"
    job = submit(until=str(may_end))
    supervised.busy_worker(job)

    supervised.kill()
    supervised.launch()
    may_end.touch()

    wait_for_status(job, JobStatus.SUCCEEDED)
    assert AsyncJob.objects.get(pk=job).attempts == 1
    wait_until(supervised.is_ready, PATIENCE_SECONDS, "another worker is there")


def test_what_a_killed_supervisors_worker_held_is_done_before_its_lease_is_over(
    supervised: SupervisedWorker,
) -> None:
    job = submit(until="/never")
    holder = supervised.busy_worker(job)
    AsyncJob.objects.filter(pk=job).update(lease_expires_at=database_now() + dt.timedelta(minutes=10))

    os.kill(supervised.pid, signal.SIGSTOP)
    os.kill(holder, signal.SIGKILL)
    supervised.kill()
    supervised.launch()

    wait_until(lambda: AsyncJob.objects.get(pk=job).attempts == 2, PATIENCE_SECONDS, "the job is taken again")


def test_one_supervisor_at_a_time_and_a_killed_one_is_followed_at_once(supervised: SupervisedWorker) -> None:
    second = supervised.spawn()
    assert second.wait(timeout=PATIENCE_SECONDS) == 1
    assert f"Already running: process {supervised.pid} supervises" in supervised.log()
    left = list(supervised.roles())

    supervised.kill()
    supervised.launch()

    wait_until(lambda: not any(find(pid) for pid in left), PATIENCE_SECONDS, "the old tree has ended")
    job = submit()
    wait_for_status(job, JobStatus.SUCCEEDED)


@pytest.mark.parametrize(
    "with_main", [False, True], ids=["supervisor alone", "and the worker's first process"]
)
def test_nothing_outlives_a_killed_supervisor(supervised: SupervisedWorker, with_main: bool) -> None:
    left = list(supervised.roles())
    main = supervised.find_role("main")

    if with_main:
        os.kill(main, signal.SIGKILL)
    supervised.kill()

    wait_until(
        lambda: not any(find(pid) for pid in left), PATIENCE_SECONDS, "the worker's processes have ended"
    )


def test_web_server_serves_and_comes_back_after_a_kill(tmp_path: Path) -> None:
    port = free_port()
    web = SupervisedWorker(tmp_path, "--no-worker", "--port", str(port))
    web.launch()
    try:
        wait_until(lambda: _answers(port), PATIENCE_SECONDS, f"the web server answers\n{web.log()}")
        os.kill(web.groups()[0], signal.SIGKILL)
        wait_until(lambda: "child_ended" in web.log(), PATIENCE_SECONDS, "the death is noticed")

        wait_until(lambda: _answers(port), PATIENCE_SECONDS, "the web server answers again")

        web.stop()

        assert web.status == 0
        assert not _answers(port)
    finally:
        web.close()


def test_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        web = SupervisedWorker(tmp_path, "--no-worker", "--port", str(port))

        assert web.spawn().wait(timeout=PATIENCE_SECONDS) == 1

    assert f"127.0.0.1:{port} cannot be used (Address already in use). Set PORT to a free port." in web.log()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def test_streams_are_served_by_a_process_that_is_kept_alive(tmp_path: Path) -> None:
    port = free_port()
    supervised = SupervisedWorker(tmp_path, "--no-web", "--no-worker", "--events-port", str(port))

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    try:
        supervised.launch()
        wait_until(answers, PATIENCE_SECONDS, "streams are served")
        (group,) = supervised.groups()
        os.killpg(group, signal.SIGKILL)
        wait_until(
            lambda: supervised.groups() != [group] and answers(), PATIENCE_SECONDS, "they are served again"
        )
        (successor,) = supervised.groups()
        supervised.stop()
        assert members(successor) == []
    finally:
        supervised.close()
