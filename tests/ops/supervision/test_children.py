"""A program under supervision."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from ops.supervision.children import Child, wait_for_end
from ops.supervision.processes import find
from tests.ops.harness import PATIENCE_SECONDS, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
deaths: list[str] = []


@pytest.fixture
def child() -> Iterator[Child]:
    deaths.clear()
    child = Child("sleeper", SLEEP, folder=settings.BASE_DIR, mark="m", on_death=deaths.append)
    yield child
    child.kill()
    wait_for_end([child], PATIENCE_SECONDS)


def test_child_that_ends_is_started_again_after_a_growing_pause(child: Child) -> None:
    assert child.keep_alive(0.0)
    assert not child.keep_alive(0.1)
    child.kill()
    wait_for_end([child], PATIENCE_SECONDS)

    starts = [child.keep_alive(now) for now in (1.0, 1.1, 1.21)]

    assert starts == [False, False, True]
    assert (child.starts, deaths) == (2, ["m"])


def test_pause_is_short_again_after_a_steady_run(child: Child) -> None:
    child.keep_alive(0.0)
    child.kill()
    wait_for_end([child], PATIENCE_SECONDS)

    assert [child.keep_alive(now) for now in (100.0, 100.11)] == [False, True]


def test_pause_is_short_for_what_came_so_far_as_to_work(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = Child("sleeper", SLEEP, folder=settings.BASE_DIR, mark="m", ready_file=ready)
    child.keep_alive(0.0)
    found = []
    for moment in (1.0, 2.0, 3.0):
        ready.touch()
        child.seconds_ready(moment)
        child.kill()
        wait_for_end([child], PATIENCE_SECONDS)
        found.append((child.keep_alive(moment), ready.exists(), child.keep_alive(moment + 0.11)))
    child.kill()
    wait_for_end([child], PATIENCE_SECONDS)

    assert found == [(False, False, True)] * 3


def test_others_of_a_group_may_end_beside_their_successors(tmp_path: Path) -> None:
    """The first process starts another and ends when that is told to; the other takes half a second."""
    pid_file = tmp_path / "other"
    other = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    first = (
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {other!r}]); time.sleep(600)"
    )
    deaths.clear()
    child = Child("pair", [sys.executable, "-c", first], folder=settings.BASE_DIR, mark="m",
                  leave_seconds=10.0, on_death=deaths.append)  # fmt: skip
    try:
        child.keep_alive(0.0)
        wait_until(lambda: pid_file.exists() and bool(pid_file.read_text()), PATIENCE_SECONDS, "both run")
        left, group = int(pid_file.read_text()), child.group
        child.replace()
        wait_until(lambda: not child.is_running, PATIENCE_SECONDS, "the first has ended")

        assert [child.keep_alive(now) for now in (20.0, 20.11)] == [False, True]

        assert find(left) is not None
        assert [record["group"] for record in child.records()] == [child.group, group]
        assert child.keep_alive(29.9) is False
        assert find(left) is not None
        child.keep_alive(30.1)
        assert find(left) is None
        assert (len(child.records()), set(deaths)) == (1, {"m"})
    finally:
        child.kill()
        wait_for_end([child], PATIENCE_SECONDS)


def test_child_has_a_group_of_its_own_and_is_told_apart(child: Child) -> None:
    child.keep_alive(0.0)

    assert child.group is not None
    process = find(child.group)
    assert process is not None
    assert process.group == process.pid != os.getpgrp()
    assert child.records() == [
        {"name": "sleeper", "group": process.pid, "started": process.started, "mark": "m"}
    ]


def test_readiness_counts_from_the_file_that_the_program_makes(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    ready.touch()
    child = Child("sleeper", SLEEP, folder=settings.BASE_DIR, mark="m", ready_file=ready)
    try:
        child.keep_alive(0.0)
        assert child.seconds_ready(1.0) == 0.0
        ready.touch()
        assert [child.seconds_ready(now) for now in (2.0, 5.0)] == [0.0, 3.0]
    finally:
        child.kill()
        wait_for_end([child], PATIENCE_SECONDS)
    assert child.seconds_ready(9.0) == 0.0


def test_asking_is_polite(child: Child) -> None:
    child.keep_alive(0.0)

    child.tell(signal.SIGTERM)

    wait_until(lambda: not child.is_running, PATIENCE_SECONDS, "the program ends by SIGTERM")
