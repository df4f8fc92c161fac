"""Identifiers that sort by the time they were made."""

import datetime as dt
import time

import pytest
import time_machine

from microcred.ids import first_uuid7, uuid7


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


def test_the_other_bits_are_all_in_use() -> None:
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        tails = [uuid7().int & ((1 << 80) - 1) for _ in range(500)]

    fixed = (0xF << 76) | (0b11 << 62)
    ever_one, ever_zero = 0, 0
    for tail in tails:
        ever_one |= tail
        ever_zero |= ~tail
    assert (ever_one & ever_zero & ((1 << 80) - 1)) | fixed == (1 << 80) - 1
    assert len(set(tails)) == 500


def test_rows_made_since_a_moment_are_found_by_their_ids() -> None:
    with time_machine.travel("2026-03-02T08:59:59.999Z", tick=False):
        before = uuid7()
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False):
        at, bound = uuid7(), first_uuid7(dt.datetime.now(dt.UTC))

    assert before < bound < at
