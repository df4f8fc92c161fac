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
from tests.ops.harness import wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
deaths: list[str] = []


@pytest.fixture
def child() -> Iterator[Child]:
    deaths.clear()
    child = Child(
        "sleeper", SLEEP, folder=settings.BASE_DIR, mark="m", on_death=lambda: deaths.append("dead")
    )
    yield child
    child.kill()
    wait_for_end([child], 5)


def test_child_that_ends_is_started_again_after_a_growing_pause(child: Child) -> None:
    assert child.keep_alive(0.0)
    assert not child.keep_alive(0.1)
    child.kill()
    wait_for_end([child], 5)

    starts = [child.keep_alive(now) for now in (1.0, 1.1, 1.21)]

    assert starts == [False, False, True]
    assert (child.starts, deaths) == (2, ["dead"])


def test_pause_is_short_again_after_a_steady_run(child: Child) -> None:
    child.keep_alive(0.0)
    child.kill()
    wait_for_end([child], 5)

    assert [child.keep_alive(now) for now in (100.0, 100.11)] == [False, True]


def test_child_has_a_group_of_its_own_and_is_told_apart(child: Child) -> None:
    child.keep_alive(0.0)

    assert child.group is not None
    process = find(child.group)
    assert process is not None
    assert process.group == process.pid != os.getpgrp()
    assert child.record() == {"name": "sleeper", "group": process.pid, "started": process.started}


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
        wait_for_end([child], 5)
    assert child.seconds_ready(9.0) == 0.0


def test_asking_is_polite(child: Child) -> None:
    child.keep_alive(0.0)

    child.tell(signal.SIGTERM)

    wait_until(lambda: not child.is_running, 5, "the program ends by SIGTERM")
