"""What a stream tells, look by look."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from django.db import OperationalError

from assessments.event_stream import HEARTBEAT, StatusSnapshot
from assessments.status_streaming import ChangePoller, StreamLimiter, follow

ASSESSMENT, PERSON = uuid.UUID(int=1), uuid.UUID(int=2)
MOMENT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


class Impatient(ChangePoller):
    """Waits for nothing."""

    def __init__(self) -> None:
        super().__init__(lambda ids: {})

    async def change(self, known: StatusSnapshot, *, seconds: float) -> None:
        """Return at once."""


def standing(status: str = "awaiting_async", *awaited: str) -> StatusSnapshot:
    body = {"status": status, "awaited": list(awaited)}
    return StatusSnapshot(ASSESSMENT, body, f"{status}-{'-'.join(awaited)}", MOMENT)


def told(first: StatusSnapshot, looks: Sequence[StatusSnapshot | None], *, seen: str = "") -> list[str]:
    """What is sent, where later looks find this."""
    left = iter(looks)
    return _all(follow(person=PERSON, first=first, seen=seen, look=lambda: next(left), watch=Impatient()))


def _all(stream: AsyncIterator[str]) -> list[str]:
    async def gather() -> list[str]:
        return [part async for part in stream]

    return asyncio.run(gather())


def test_what_has_not_changed_is_a_heartbeat_and_what_has_is_an_event() -> None:
    scoring, done = standing("awaiting_async", "scoring"), standing("completed")

    assert told(scoring, [scoring, done]) == [scoring.opening, scoring.event, HEARTBEAT, done.event]


def test_event_that_was_received_before_is_not_sent_again() -> None:
    scoring = standing("awaiting_async", "scoring")

    assert told(scoring, [None], seen=scoring.event_id) == [scoring.opening, HEARTBEAT]


@pytest.mark.parametrize(
    ("status", "awaited", "is_last"),
    [
        ("in_progress", (), False),
        ("awaiting_async", ("scoring",), False),
        ("completed", ("awaiting_release",), False),
        ("completed", (), True),
        ("failed", (), True),
        ("expired", (), True),
    ],
)
def test_stream_ends_when_nothing_more_is_waited_for(
    status: str, awaited: tuple[str, ...], is_last: bool
) -> None:
    assert standing(status, *awaited).is_last is is_last


def _away() -> Any:
    raise OperationalError


def test_database_that_is_away_ends_the_stream_and_the_client_comes_back() -> None:
    scoring = standing("awaiting_async", "scoring")

    assert _all(follow(person=PERSON, first=scoring, seen="", look=_away, watch=Impatient())) == [
        scoring.opening,
        scoring.event,
    ]


def test_change_is_noticed_though_the_database_was_away_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.status_streaming.LOOK_SECONDS", 0.01)
    answers: list[Callable[[], dict[uuid.UUID, dt.datetime]]] = [
        lambda: {ASSESSMENT: MOMENT},
        _away,
        lambda: {ASSESSMENT: MOMENT + dt.timedelta(seconds=1)},
    ]
    watch = ChangePoller(lambda ids: answers.pop(0)())

    asyncio.run(watch.change(standing(), seconds=60))

    assert answers == []


def test_seats_are_counted_for_all_and_for_each() -> None:
    seats, other = StreamLimiter(2, 1), uuid.UUID(int=3)

    with seats.taken(PERSON):
        assert not seats.is_free(PERSON)
        assert seats.is_free(other)
        with seats.taken(other):
            assert not seats.is_free(uuid.UUID(int=4))
    assert seats.is_free(PERSON)


def test_who_comes_too_late_for_a_seat_is_told_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.status_streaming.seats", StreamLimiter(0, 0))
    scoring = standing("awaiting_async", "scoring")

    assert told(scoring, []) == [scoring.opening + scoring.event]
    assert told(scoring, [], seen=scoring.event_id) == [scoring.opening]


@pytest.mark.parametrize(
    ("status", "awaited", "seconds"),
    [
        ("awaiting_async", ("scoring",), 2),
        ("in_progress", (), 30),
        ("completed", ("awaiting_release",), 60),
    ],
)
def test_who_waits_for_a_person_is_not_to_come_back_soon(
    status: str, awaited: tuple[str, ...], seconds: int
) -> None:
    assert standing(status, *awaited).opening == f"retry: {seconds * 1000}\n\n"
