"""Order: exactly right, or by pairs."""

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import score_answer

KEY = ["plan", "do", "check", "act"]
PAIRS = {"kind": "ordering", "order": KEY, "scoring": "pairs"}
WHOLE = {"kind": "ordering", "order": KEY, "scoring": "all_or_nothing"}


@pytest.mark.parametrize(
    ("order", "score", "explanation"),
    [
        (KEY, "6.00", "You put every item in the right place."),
        (
            ["do", "plan", "check", "act"],
            "5.00",
            "5 of the 6 pairs of items stand in the right order in your answer.",
        ),
        (
            ["check", "act", "plan", "do"],
            "2.00",
            "2 of the 6 pairs of items stand in the right order in your answer.",
        ),
        (KEY[::-1], "0.00", "0 of the 6 pairs of items stand in the right order in your answer."),
    ],
)
def test_points_by_pairs(order: list[str], score: str, explanation: str) -> None:
    result = score_answer("ordering", PAIRS, {"order": order}, Decimal("6"))

    assert (str(result.score), result.explanation) == (score, explanation)


def test_all_or_nothing_gives_nothing_for_a_swap_and_shows_no_place() -> None:
    result = score_answer("ordering", WHOLE, {"order": ["do", "plan", "check", "act"]}, Decimal("6"))

    assert str(result.score) == "0.00"
    assert (
        result.explanation
        == "Your order is not the right one; this question gives points only for the whole order."
    )
    assert result.staff_explanation == (
        "Key: plan > do > check > act. Answer: do > plan > check > act. Scoring: all_or_nothing."
    )


@given(st.permutations(KEY))
def test_an_order_and_its_reverse_share_the_points(order: list[str]) -> None:
    there = score_answer("ordering", PAIRS, {"order": order}, Decimal("6")).score
    back = score_answer("ordering", PAIRS, {"order": order[::-1]}, Decimal("6")).score

    assert there + back == 6


def test_the_mean_over_all_orders_is_one_half() -> None:
    scores = [
        score_answer("ordering", PAIRS, {"order": list(o)}, Decimal("6")).score for o in permutations(KEY)
    ]

    assert sum(scores) / len(scores) == 3


def test_items_that_an_answer_lacks_are_in_no_right_order() -> None:
    result = score_answer("ordering", PAIRS, {"order": ["plan", "act", "review"]}, Decimal("6"))

    assert str(result.score) == "1.00"
