"""Identifiers that sort by the time they were made."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from microcred.ids import uuid7, uuid7_lower_bound


def test_an_id_has_the_version_and_variant_of_rfc_9562() -> None:
    made = uuid7()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


@pytest.mark.parametrize(
    "moment", ["1970-01-01T00:00:00.001Z", "2022-02-22T19:22:22Z", "2255-06-05T23:47:34.740Z"]
)
def test_the_first_48_bits_are_the_milliseconds_since_1970(moment: str) -> None:
    with time_machine.travel(moment, tick=False):
        made, expected = uuid7(), time.time_ns() // 1_000_000

    assert int.from_bytes(made.bytes[:6], "big") == expected


def test_ids_of_later_milliseconds_sort_later() -> None:
    made = []
    for step in range(50):
        with time_machine.travel(1_700_000_000 + step / 256, tick=False):
            made.append(uuid7())

    assert made == sorted(made)


def test_ids_of_one_process_sort_as_they_were_made() -> None:
    with time_machine.travel("2026-03-04T09:00:00Z", tick=False):
        made = [uuid7() for _ in range(5000)]

    assert made == sorted(made)
    assert int.from_bytes(made[-1].bytes[:6], "big") - int.from_bytes(made[0].bytes[:6], "big") == 1


def test_threads_share_the_order() -> None:
    with time_machine.travel("2026-03-05T09:00:00Z", tick=False), ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: [uuid7() for _ in range(500)], range(4)))

    assert all(own == sorted(own) for own in made)
    assert len({one.int >> 64 for own in made for one in own}) == 2000


def test_a_clock_that_was_set_back_far_is_followed() -> None:
    with time_machine.travel("2026-03-07T09:00:00Z", tick=False):
        later = uuid7()
    with time_machine.travel("2026-03-06T09:00:00Z", tick=False):
        earlier = uuid7()

    assert earlier < later


def test_the_random_bits_are_all_in_use() -> None:
    tails = [uuid7().int & ((1 << 80) - 1) for _ in range(5000)]

    fixed = (0xF << 76) | (0b11 << 62)
    ever_one, ever_zero = 0, 0
    for tail in tails:
        ever_one |= tail
        ever_zero |= ~tail
    assert (ever_one & ever_zero & ((1 << 80) - 1)) | fixed == (1 << 80) - 1
    assert len(set(tails)) == 5000


def test_rows_made_since_a_moment_are_found_by_their_ids() -> None:
    with time_machine.travel("2026-03-03T08:59:59.999Z", tick=False):
        before = uuid7()
    with time_machine.travel("2026-03-03T09:00:00Z", tick=False):
        at, bound = uuid7(), uuid7_lower_bound(dt.datetime.now(dt.UTC))

    assert before < bound < at
