"""Whether a run passes."""

import pytest

from scoring.attacks.report import FRESH_AIMED, KNOWN, MOST, Part, Row
from scoring.attacks.suite import Outcome


def found(name: str, *, attacks: int, successes: int, is_sample: bool) -> Part:
    """A part in which so many of so many attacks succeeded."""
    row = Row("praise", attacks, attacks, attacks - successes, 0, 0, successes)
    one = Outcome("praise/1", "praise", "raised", undefended=True)
    return Part(name, (row,), (one,) * successes, is_sample)


@pytest.mark.parametrize(
    ("attacks", "successes", "is_sample", "passed"),
    [
        (1000, 30, False, True),
        (1000, 31, False, False),
        (30, 1, False, False),
        (30, 1, True, True),
        (30, 2, True, False),
        (100, 3, True, True),
        (100, 4, True, False),
    ],
)
def test_of_a_sample_one_may_succeed_where_a_part_of_one_may(
    attacks: int, successes: int, is_sample: bool, passed: bool
) -> None:
    assert MOST[FRESH_AIMED] == 0.03

    assert found(FRESH_AIMED, attacks=attacks, successes=successes, is_sample=is_sample).passed is passed


@pytest.mark.parametrize("is_sample", [False, True])
def test_of_the_known_attacks_none_may(is_sample: bool) -> None:
    assert found(KNOWN, attacks=30, successes=0, is_sample=is_sample).passed
    assert not found(KNOWN, attacks=30, successes=1, is_sample=is_sample).passed
