"""Matching: pairs that are right."""

from decimal import Decimal

import pytest

from scoring.rules import score_answer

KEY = {"l1": "r2", "l2": "r1", "l3": "r1"}


@pytest.mark.parametrize(
    ("scoring", "pairs", "score", "explanation"),
    [
        ("per_pair", KEY, "2.00", "All your pairs are right."),
        ("per_pair", {"l1": "r2", "l2": "r2", "l3": "r1"}, "1.33", "2 of your 3 pairs are right."),
        ("per_pair", {"l1": "r2"}, "0.67", "1 of your 3 pairs is right."),
        ("per_pair", {"l1": "r1"}, "0.00", "0 of your 3 pairs are right."),
        ("all_or_nothing", KEY, "2.00", "All your pairs are right."),
        (
            "all_or_nothing", {"l1": "r2", "l2": "r1"}, "0.00",
            "2 of your 3 pairs are right; this question gives points only when all are.",
        ),
    ],
)  # fmt: skip
def test_points_of_pairs(scoring: str, pairs: dict[str, str], score: str, explanation: str) -> None:
    result = score_answer(
        "matching", {"kind": "matching", "pairs": KEY, "scoring": scoring}, {"pairs": pairs}, Decimal("2")
    )

    assert (str(result.score), result.explanation) == (score, explanation)


def test_staff_read_the_pairs_of_key_and_answer_in_the_order_of_the_left_items() -> None:
    rules = {"kind": "matching", "pairs": {"l2": "r1", "l1": "r2"}, "scoring": "per_pair"}

    half = score_answer("matching", rules, {"pairs": {"l2": "r2", "l1": "r2"}}, Decimal("2"))
    none = score_answer("matching", rules, {"pairs": {}}, Decimal("2"))

    assert half.staff_explanation == "Key: l1-r2, l2-r1. Answer: l1-r2, l2-r2. Scoring: per_pair."
    assert none.staff_explanation == "Key: l1-r2, l2-r1. Answer: nothing. Scoring: per_pair."
