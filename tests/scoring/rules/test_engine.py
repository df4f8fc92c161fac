"""The door to rule scoring."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import RulesInvalid, is_scored_by_rules, score_answer
from scoring.rules.base import Finding, result, round_half_up

KEY = {"kind": "choice", "correct": ["c1"]}


@pytest.mark.parametrize(
    ("question_type", "scored"),
    [
        ("multiple_choice", True),
        ("numeric", True),
        ("short_text", True),
        ("ordering", True),
        ("matching", True),
        ("essay", False),
        ("profile", False),
    ],
)
def test_which_types_rules_score(question_type: str, scored: bool) -> None:
    assert is_scored_by_rules(question_type) is scored


def test_no_answer_earns_nothing_and_says_so() -> None:
    unanswered = score_answer("multiple_choice", KEY, None, Decimal("3"))

    assert (str(unanswered.score), unanswered.maximum) == ("0.00", Decimal("3"))
    assert unanswered.explanation == "You did not answer this question."
    assert unanswered.rules_applied == [{"kind": "choice", "outcome": "unanswered"}]


@pytest.mark.parametrize("question_type", ["essay", "profile", "drawing"])
def test_what_rules_do_not_score_is_a_fault_of_the_caller(question_type: str) -> None:
    with pytest.raises(ValueError, match=f"questions of type '{question_type}' are not scored by rules"):
        score_answer(question_type, {}, {}, Decimal("1"))


def test_a_broken_key_scores_nobody() -> None:
    with pytest.raises(RulesInvalid) as caught:
        score_answer(
            "numeric", {"kind": "numeric", "value": "many"}, {"value": "1", "unit": None}, Decimal("1")
        )

    assert caught.value.messages == (
        'rules.value: must be a decimal number written as a string, such as "42.5"',
    )


def test_a_negative_maximum_is_refused() -> None:
    with pytest.raises(ValueError, match="a maximum cannot be negative"):
        score_answer("multiple_choice", KEY, {"choice_ids": ["c1"]}, Decimal("-1"))


@pytest.mark.parametrize(
    ("share", "maximum", "score"),
    [
        (Fraction(1, 3), "0.015", "0.01"),
        (Fraction(1, 2), "0.05", "0.03"),
        (Fraction(2, 3), "3", "2.00"),
        (Fraction(1), "0.006", "0.006"),
        (Fraction(7, 5), "2", "2.00"),
        (Fraction(-1, 5), "2", "0.00"),
    ],
)
def test_half_a_cent_is_rounded_up_and_the_maximum_holds(share: Fraction, maximum: str, score: str) -> None:
    scored = result(Finding(share, "", "", {}), Decimal(maximum))

    assert scored.score == Decimal(score)


@given(st.fractions(min_value=0, max_value=1), st.decimals(min_value=0, max_value=1000, places=2))
def test_rounding_never_moves_a_score_by_more_than_half_a_cent(share: Fraction, maximum: Decimal) -> None:
    exact = share * Fraction(maximum)

    assert abs(Fraction(round_half_up(exact, 2)) - exact) <= Fraction(1, 200)
