"""Waiting times between tries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.backoff import full_jitter


@pytest.mark.parametrize(
    ("attempt", "random", "seconds"),
    [(1, 0.5, 0.05), (2, 0.5, 0.1), (3, 0.5, 0.2), (4, 0.25, 0.2), (1, 0.0, 0.0), (20, 0.5, 30.0)],
)
def test_delay_doubles_from_a_tenth_of_a_second_up_to_the_ceiling(
    attempt: int, random: float, seconds: float
) -> None:
    assert full_jitter(attempt, base=0.1, ceiling=60, random=lambda: random) == pytest.approx(seconds)


@given(attempt=st.integers(1, 10_000), random=st.floats(0, 1, exclude_max=True))
def test_delay_is_never_negative_nor_beyond_the_ceiling(attempt: int, random: float) -> None:
    assert 0 <= full_jitter(attempt, base=0.1, ceiling=60, random=lambda: random) <= 60


def test_attempts_count_from_one() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        full_jitter(0, base=0.1, ceiling=60, random=lambda: 0.5)
