"""Where web processes count requests, and that any of them tells what all have answered."""

import errno
import os
import re
import time
from pathlib import Path

import httpx
import pytest

from ops.serving import multiprocess_metrics
from tests.served import Server, serving


@pytest.fixture(autouse=True)
def folder_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(multiprocess_metrics.FOLDER, "not yet")


def test_a_server_begins_with_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "histogram_1.db").write_text("of the one before")

    multiprocess_metrics.start_multiprocess_metrics(tmp_path)

    assert (os.environ[multiprocess_metrics.FOLDER], list(tmp_path.iterdir())) == (str(tmp_path), [])


def test_room_is_set_aside_before_the_application_is_loaded(tmp_path: Path) -> None:
    multiprocess_metrics.start_multiprocess_metrics(tmp_path)

    blocks = multiprocess_metrics.preallocated(
        lambda: [file.stat().st_blocks * 512 for file in tmp_path.iterdir()]
    )

    assert blocks == [pytest.approx(multiprocess_metrics.ROOM_BYTES, rel=0.05)]


def test_a_process_without_room_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "posix_fallocate", is_full)
    multiprocess_metrics.start_multiprocess_metrics(tmp_path)

    assert multiprocess_metrics.preallocated(lambda: multiprocess_metrics.FOLDER in os.environ) is False


def test_a_server_whose_folder_cannot_be_made_serves_nevertheless(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    multiprocess_metrics.start_multiprocess_metrics(tmp_path / "file" / "figures")

    assert multiprocess_metrics.preallocated(lambda: multiprocess_metrics.FOLDER in os.environ) is False


@pytest.mark.django_db(transaction=True)
def test_every_process_tells_what_all_have_answered_also_those_that_died() -> None:
    with serving(processes=2) as running:
        # Whoever waited for the start has asked as well.
        before = told(running)
        for _ in range(20):
            httpx.get(f"{running.url}/health", trust_env=False)
        first = [told(running) - before for _ in range(6)]
        killed = set(running.workers())
        running.kill_workers()
        while not set(running.workers()) - killed:
            time.sleep(0.05)
        running.wait_until_it_answers()
        asked = told(running) - before

    assert first == [20] * 6
    assert asked >= 21


def told(running: Server) -> int:
    text = httpx.get(f"{running.url}/metrics", trust_env=False).text
    (found,) = re.findall(
        r'^microcred_http_request_seconds_count\{.*route="health",.*\} ([\d.]+)', text, re.M
    )
    return int(float(found))
