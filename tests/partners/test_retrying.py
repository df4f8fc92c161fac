"""The schedule of tries: 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, each 10 % more or less."""

import datetime as dt

import pytest

from partners import retrying

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
HOUR = 3600


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 5), (2, 300), (3, 1800), (4, 2 * HOUR), (5, 5 * HOUR), (6, 10 * HOUR), (7, 10 * HOUR)],
)
@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.9), (0.5, 1.0), (1.0, 1.1)])
def test_the_waits_and_their_spread(failures: int, seconds: int, chance: float, factor: float) -> None:
    wait = retrying.wait_after(failures, chance=chance)

    assert wait is not None
    assert wait.total_seconds() == pytest.approx(seconds * factor)


def test_eight_tries_are_all() -> None:
    assert len(retrying.WAITS) == 8
    assert retrying.wait_after(8, chance=0.5) is None
    assert retrying.wait_after(9, chance=0.5, asked=5.0) is None


def test_failures_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        retrying.wait_after(0, chance=0.5)


@pytest.mark.parametrize(
    ("asked", "seconds"), [(None, 300), (0, 300), (60, 300), (301, 301), (7200, 7200), (10**9, 24 * HOUR)]
)
def test_what_the_receiver_asks_for_lengthens_a_wait(asked: float | None, seconds: int) -> None:
    assert retrying.wait_after(2, chance=0.5, asked=asked) == dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("probes", "minutes"),
    [(0, 1), (1, 2), (2, 4), (10, 1024), (11, 24 * 60), (12, 24 * 60), (10**6, 24 * 60)],
)
@pytest.mark.parametrize(("chance", "factor"), [(0.0, 0.9), (0.5, 1.0), (0.75, 1.05)])
def test_probes_are_ever_further_apart_up_to_a_day(
    probes: int, minutes: int, chance: float, factor: float
) -> None:
    wait = retrying.wait_for_probe(probes, chance=chance)

    assert wait.total_seconds() == pytest.approx(minutes * 60 * factor)


def test_an_endpoint_is_probed_after_five_failures_and_off_after_five_days() -> None:
    assert retrying.PROBED_AFTER == 5
    assert retrying.OFF_AFTER.days == 5


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 02 Mar 2026 09:01:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 10:01:30 +0100", 90.0),
        ("Mon, 02 Mar 2026 09:01:30", 90.0),
        ("Sun, 01 Mar 2026 09:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Mon, 02 Mar " + "9" * 30 + " 09:01:30 GMT", None),
        ("Mon, 42 Mar 2026 09:01:30 GMT", None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retrying.asked_seconds(header, now=NOW) == seconds
