"""One supervisor at a time, and the remains of a killed one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.supervision.children import MARK
from ops.supervision.processes import carries, find, kill_group
from ops.supervision.records import AlreadySupervised, RunFolder
from tests.ops.harness import PATIENCE_SECONDS, wait_until


@pytest.fixture
def survivor() -> Iterator[subprocess.Popen[bytes]]:
    """A process that a supervisor with the mark "first" left behind."""
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        start_new_session=True,
        env=os.environ | {MARK: "first"},
    )
    # A program has its variables a moment after it has taken its parent's place, which is when the parent goes on.
    wait_until(lambda: carries(process.pid, MARK, "first"), PATIENCE_SECONDS, "it carries its mark")
    yield process
    kill_group(process.pid)
    process.wait()


def note(folder: Path, group: int, *, started: int, mark: str) -> RunFolder:
    folder.mkdir(exist_ok=True)
    entry = {"name": "worker", "group": group, "started": started, "mark": mark}
    (folder / "supervisor.json").write_text(json.dumps({"groups": [entry]}))
    return RunFolder(folder)


def started(process: subprocess.Popen[bytes]) -> int:
    found = find(process.pid)
    assert found is not None
    return found.started


def test_second_lock_is_refused_and_names_the_first(tmp_path: Path) -> None:
    first = RunFolder(tmp_path)
    first.lock()

    with pytest.raises(AlreadySupervised, match=f"process {os.getpid()} supervises"):
        RunFolder(tmp_path).lock()

    first.unlock()
    second = RunFolder(tmp_path)
    second.lock()
    second.unlock()


def test_recorded_group_is_ended(tmp_path: Path, survivor: subprocess.Popen[bytes]) -> None:
    folder = note(tmp_path, survivor.pid, started=started(survivor), mark="first")

    assert [entry["group"] for entry in folder.end_stale_groups()] == [survivor.pid]

    assert find(survivor.pid) is None


def test_group_of_a_child_that_may_leave_is_named_and_not_ended(
    tmp_path: Path, survivor: subprocess.Popen[bytes]
) -> None:
    folder = note(tmp_path, survivor.pid, started=started(survivor), mark="first")

    assert [entry["group"] for entry in folder.end_stale_groups(but="worker")] == [survivor.pid]

    assert find(survivor.pid) is not None
    assert folder.marks() == {"first"}


def test_group_that_an_earlier_release_noted_is_ended(
    tmp_path: Path, survivor: subprocess.Popen[bytes]
) -> None:
    entry = {"name": "worker", "group": survivor.pid, "started": started(survivor)}
    (tmp_path / "supervisor.json").write_text(json.dumps({"mark": "first", "groups": [entry]}))

    assert len(RunFolder(tmp_path).end_stale_groups()) == 1

    assert find(survivor.pid) is None


@pytest.mark.parametrize(("mark", "later"), [("other", 0), ("first", 1)])
def test_group_that_is_not_certainly_ours_is_left_alone(
    tmp_path: Path, survivor: subprocess.Popen[bytes], mark: str, later: int
) -> None:
    folder = note(tmp_path, survivor.pid, started=started(survivor) + later, mark=mark)

    assert folder.end_stale_groups() == []

    assert find(survivor.pid) is not None


@pytest.mark.parametrize("content", [None, "", "{", "{}"])
def test_no_record_is_no_remains(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "supervisor.json").write_text(content)

    assert RunFolder(tmp_path).end_stale_groups() == []
