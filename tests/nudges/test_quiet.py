"""The student's clock: quiet hours over midnight, and on the days on which clocks change."""

import datetime as dt
import zoneinfo

import pytest

from nudges.quiet import Clock

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
AUCKLAND = zoneinfo.ZoneInfo("Pacific/Auckland")
USUAL = Clock(BERLIN, dt.time(21), dt.time(8))
NOON = Clock(BERLIN, dt.time(12), dt.time(13, 30))
NEVER = Clock(BERLIN, dt.time(8), dt.time(8))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("clock", "moment", "is_quiet"),
    [
        (USUAL, "2026-01-15T19:59:59", False),
        (USUAL, "2026-01-15T20:00:00", True),
        (USUAL, "2026-01-15T23:30:00", True),
        (USUAL, "2026-01-16T06:59:59", True),
        (USUAL, "2026-01-16T07:00:00", False),
        # An hour earlier by UTC in summer.
        (USUAL, "2026-07-15T19:00:00", True),
        (USUAL, "2026-07-15T06:00:00", False),
        (NOON, "2026-01-15T10:59:59", False),
        (NOON, "2026-01-15T11:00:00", True),
        (NOON, "2026-01-15T12:30:00", False),
        (NEVER, "2026-01-15T02:00:00", False),
        (NEVER, "2026-01-15T07:00:00", False),
    ],
)
def test_quiet_hours_are_those_of_the_student(clock: Clock, moment: str, is_quiet: bool) -> None:
    assert clock.is_quiet(utc(moment)) is is_quiet


@pytest.mark.parametrize(
    ("clock", "moment", "ends"),
    [
        (USUAL, "2026-01-15T22:30:00", "2026-01-16T07:00:00"),
        (USUAL, "2026-01-16T01:00:00", "2026-01-16T07:00:00"),
        # In the night to 29 March 2026 clocks in Berlin go forward, in that to 25 October back.
        (USUAL, "2026-03-28T22:30:00", "2026-03-29T06:00:00"),
        (USUAL, "2026-10-24T22:30:00", "2026-10-25T07:00:00"),
        # 2:30 is left out on the one, and is there twice on the other.
        (Clock(BERLIN, dt.time(21), dt.time(2, 30)), "2026-03-28T22:00:00", "2026-03-29T01:30:00"),
        (Clock(BERLIN, dt.time(21), dt.time(2, 30)), "2026-10-24T22:00:00", "2026-10-25T00:30:00"),
        (Clock(BERLIN, dt.time(21), dt.time(2, 30)), "2026-10-25T01:10:00", "2026-10-25T01:30:00"),
        # The half hour that is not quiet is left out.
        (Clock(BERLIN, dt.time(3), dt.time(2, 30)), "2027-03-27T12:00:00", "2027-03-29T00:30:00"),
        (NOON, "2026-01-15T11:10:00", "2026-01-15T12:30:00"),
        (Clock(AUCKLAND, dt.time(21), dt.time(8)), "2026-06-10T10:00:00", "2026-06-10T20:00:00"),
    ],
)
def test_quiet_hours_end_by_the_wall_clock(clock: Clock, moment: str, ends: str) -> None:
    assert clock.is_quiet(utc(moment))
    assert clock.quiet_ends(utc(moment)) == utc(ends)
    assert not clock.is_quiet(utc(ends))


def test_a_day_begins_at_the_students_midnight() -> None:
    assert [USUAL.day(utc(f"2026-01-15T{at}")) for at in ("22:59:59", "23:00:00")] == [
        dt.date(2026, 1, 15),
        dt.date(2026, 1, 16),
    ]
