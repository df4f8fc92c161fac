"""How well an item was answered, and what that is worth."""

from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.performance import experience, performance

FLAWLESS: dict[str, Any] = {
    "share": 1.0, "attempts": 1, "seconds": 30, "allowed": 60, "hints": 0, "offered": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ({}, 1.0),
        ({"offered": 0}, 1.0),
        ({"hints": 1}, 0.95),
        ({"hints": 2}, 0.9),
        ({"seconds": 60}, 1.0),
        ({"seconds": 90}, 0.95),
        ({"seconds": 120}, 0.9),
        ({"seconds": 180}, 0.8),
        ({"seconds": 86_400}, 0.8),
        ({"seconds": 0}, 1.0),
        ({"attempts": 2}, 0.65),
        ({"attempts": 7}, 0.4),
        ({"share": 0.5}, 0.65),
        ({"share": 0.5, "attempts": 2, "seconds": 120, "hints": 1}, 0.325),
        ({"share": 1.0, "attempts": 3, "seconds": 600, "hints": 2}, 0.7 / 3),
        # Nothing earned is nothing, however quick and whatever hints were left.
        ({"share": 0.0}, 0.0),
        ({"share": 0.0, "seconds": 1, "offered": 0}, 0.0),
    ],
)
def test_seven_tenths_accuracy_two_speed_one_hints(changed: dict[str, Any], reached: float) -> None:
    assert performance(**FLAWLESS | changed) == pytest.approx(reached)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"share": -0.1}, "share"),
        ({"share": 1.1}, "share"),
        ({"share": nan}, "share"),
        ({"attempts": 0}, "counted from 1"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": nan}, "seconds"),
        ({"allowed": 0}, "seconds"),
        ({"hints": 3}, "hints"),
        ({"hints": -1}, "hints"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        performance(**FLAWLESS | changed)


@pytest.mark.parametrize(
    ("difficulty", "reached", "points"),
    [(1, 1.0, 10), (10, 1.0, 100), (6, 0.95, 57), (5, 0.65, 33), (5, 0.25, 13), (1, 0.02, 1), (10, 0.0, 0)],
)
def test_points_grow_with_difficulty_and_performance(difficulty: int, reached: float, points: int) -> None:
    assert experience(difficulty, reached) == points


answers = st.fixed_dictionaries(
    {
        "share": st.floats(0, 1), "attempts": st.integers(1, 9), "seconds": st.floats(0, 10_000),
        "allowed": st.floats(1, 3600), "hints": st.integers(0, 3), "offered": st.integers(3, 5),
    }
)  # fmt: skip


@given(answers)
def test_a_performance_is_a_share(answer: dict[str, Any]) -> None:
    assert 0.0 <= performance(**answer) <= 1.0


@given(answers)
def test_another_attempt_more_time_or_another_hint_never_helps(answer: dict[str, Any]) -> None:
    reached = performance(**answer)

    assert performance(**answer | {"attempts": answer["attempts"] + 1}) <= reached
    assert performance(**answer | {"seconds": answer["seconds"] + 10}) <= reached
    assert performance(**answer | {"hints": answer["hints"] + 1, "offered": answer["offered"] + 1}) <= reached
