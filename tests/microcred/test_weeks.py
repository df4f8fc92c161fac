"""Weeks begin on Mondays, by the clock of a zone."""

import datetime as dt
import zoneinfo

import pytest

from microcred.weeks import Weeks, WeeksInvalid, weeks_of

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 3, 29, 22, 30, tzinfo=dt.UTC)  # Monday already in Berlin, on summer time since a day


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "begins", "number"),
    [
        (None, None, "2026-01-12", 12),
        ("2026-03-29", None, "2026-03-23", 2),
        ("2026-03-02", "2026-03-08", "2026-03-02", 1),
        ("2026-03-08", "2026-03-09", "2026-03-02", 2),
        (None, "2026-01-01", "2025-10-13", 12),
        ("2025-03-24", "2026-03-29", "2025-03-24", 53),
    ],
)
def test_the_weeks_of_days(first: str | None, last: str | None, begins: str, number: int) -> None:
    found = weeks_of(first and day(first), last and day(last), zone=BERLIN, now=NOW)  # type: ignore[arg-type]

    assert found == Weeks(day(begins), number, BERLIN)


def test_they_last_from_midnight_to_midnight_also_when_clocks_change() -> None:
    found = weeks_of(day("2026-03-23"), day("2026-03-29"), zone=BERLIN, now=NOW)

    assert list(found) == [day("2026-03-23")]
    assert found.since.astimezone(dt.UTC) == dt.datetime(2026, 3, 22, 23, tzinfo=dt.UTC)
    assert found.until.astimezone(dt.UTC) == dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-09", "2026-03-08"), ("2026-03-11", "2026-03-10"), ("2025-03-23", "2026-03-29"),
        ("2026-04-06", None), ("0001-01-01", "0001-01-02"), ("9999-12-31", "9999-12-31"), (None, "0001-01-08"),
    ],
)  # fmt: skip
def test_what_is_no_span_is_refused(first: str | None, last: str | None) -> None:
    with pytest.raises(WeeksInvalid):
        weeks_of(first and day(first), last and day(last), zone=BERLIN, now=NOW)  # type: ignore[arg-type]
