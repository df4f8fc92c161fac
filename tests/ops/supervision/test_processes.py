"""Processes and groups."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from ops.supervision.processes import carries, find, kill_group, members

TWO_SLEEPERS = "import os, time; os.fork(); time.sleep(600)"


@pytest.fixture
def pair() -> Iterator[subprocess.Popen[bytes]]:
    """Two processes in a group of their own."""
    process = subprocess.Popen(
        [sys.executable, "-c", TWO_SLEEPERS], start_new_session=True, env=os.environ | {"OPS_MARK": "blue"}
    )
    while len(members(process.pid)) < 2:
        time.sleep(0.02)
    yield process
    kill_group(process.pid)
    process.wait()


def test_process_is_found_with_its_parent_and_group(pair: subprocess.Popen[bytes]) -> None:
    process = find(pair.pid)

    assert process is not None
    assert (process.pid, process.parent, process.group) == (pair.pid, os.getpid(), pair.pid)


def test_zombie_counts_as_ended(pair: subprocess.Popen[bytes]) -> None:
    os.kill(pair.pid, signal.SIGKILL)

    deadline = time.monotonic() + 60
    while find(pair.pid) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert find(pair.pid) is None
    assert pair.returncode is None


def test_orphans_belong_to_the_group_and_end_with_it(pair: subprocess.Popen[bytes]) -> None:
    pair.kill()
    pair.wait()
    assert len(members(pair.pid)) == 1

    assert kill_group(pair.pid)

    assert members(pair.pid) == []


def test_mark_in_the_environment_is_seen_in_forks_too(pair: subprocess.Popen[bytes]) -> None:
    pids = [process.pid for process in members(pair.pid)]

    assert [carries(pid, "OPS_MARK", "blue") for pid in pids] == [True, True]
    assert [carries(pid, "OPS_MARK", "bl") for pid in pids] == [False, False]


def test_process_that_never_was() -> None:
    assert find(2**22 + 1) is None
    assert not carries(2**22 + 1, "OPS_MARK", "blue")
