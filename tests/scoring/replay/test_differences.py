"""A difference names the part that differs, and shows what was and what is."""

from typing import Any

import pytest

from scoring.replay import Difference, compare

HASH, OTHER = "a1" * 32, "b2" * 32


@pytest.mark.parametrize(
    ("was", "now", "lines"),
    [
        (1, 1, []),
        ({"a": [1]}, {"a": [1]}, []),
        ("l1", "l2", ["it: l1 is now l2"]),
        (None, "l2", ["it: nothing is now l2"]),
        (["x"], [], ["it: x is now nothing"]),
        (HASH, OTHER, ["it: a1a1a1a1a1a1… is now b2b2b2b2b2b2…"]),
        (
            {"a": {"b": 1, "c": 2}, "d": 3},
            {"a": {"b": 1, "c": 4}, "e": 5},
            ["it, a, c: 2 is now 4", "it, d: 3 is now nothing", "it, e: nothing is now 5"],
        ),
        ("z" * 64, HASH[:63], [f"it: {'z' * 64} is now {HASH[:63]}"]),  # neither is a hash
        ([1, [HASH]], [{"b": None}], ["it: 1, a1a1a1a1a1a1… is now b nothing"]),
        ({"a": 1}, None, ["it: a 1 is now nothing"]),
        ({"a": 1}, {}, ["it: a 1 is now nothing"]),
    ],
)
def test_what_differs_is_named(was: Any, now: Any, lines: list[str]) -> None:
    assert [str(one) for one in compare("it", was, now)] == lines


def test_the_kinds_are_told_apart_in_words() -> None:
    assert str(Difference("erased", "it")) == "it: erased"
    assert str(Difference("moved_on", "it", "1", "2")) == "it: 1 is now 2, having moved on"


def test_long_values_are_cut() -> None:
    (found,) = compare("it", "x" * 1000, "y")

    assert len(found.was) == 300
