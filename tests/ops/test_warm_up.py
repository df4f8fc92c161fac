"""A process of the worker goes through what it will need, and lets no job wait for that."""

import logging
import threading
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from ops import warm_up

PLAYED: list[str] = []


def two_steps() -> Iterator[None]:
    for name in ("first", "second"):
        PLAYED.append(name)
        yield


def broken() -> Iterator[None]:
    yield
    raise LookupError("a fault")


@pytest.fixture(autouse=True)
def _nothing_played() -> None:
    PLAYED.clear()


def gone_through(is_idle: Callable[[], bool]) -> None:
    """Rehearse as a process does: in a thread with a connection of its own."""
    thread = threading.Thread(target=warm_up.run_warm_ups, args=(is_idle,))
    thread.start()
    thread.join()


def test_no_step_begins_while_there_is_a_job(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WORKER_WARM_UPS = [f"{__name__}.two_steps"]
    monkeypatch.setattr(warm_up, "LOOK_SECONDS", 0)
    answers, seen = iter([False, True, False, True, True]), []

    def is_idle() -> bool:
        seen.append(list(PLAYED))
        return next(answers)

    gone_through(is_idle)

    assert seen == [[], [], ["first"], ["first"], ["first", "second"]]


def test_what_fails_is_written_down_and_the_next_is_gone_through(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WORKER_WARM_UPS = [f"{__name__}.broken", f"{__name__}.two_steps"]

    with caplog.at_level(logging.INFO):
        gone_through(lambda: True)

    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["event"], line.get("error"), line.get("steps")) for line in lines] == [
        ("warm_up_failed", "LookupError", None),
        ("warmed_up", None, 1),
        ("warmed_up", None, 2),
    ]
    assert PLAYED == ["first", "second"]
