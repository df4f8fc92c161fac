"""Choice: what a set of chosen options is worth."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import score_answer

FOUR = Decimal("4")


@pytest.mark.parametrize(
    ("scoring", "correct", "chosen", "score", "explanation"),
    [
        ("all_or_nothing", ["c2"], ["c2"], "4.00", "You chose the correct option."),
        ("all_or_nothing", ["c2"], ["c1"], "0.00", "The option you chose is not correct."),
        ("all_or_nothing", ["c1", "c2"], ["c1", "c2"], "4.00", "You chose 2 of the 2 correct options."),
        (
            "all_or_nothing", ["c1", "c2"], ["c1"], "0.00",
            "You chose 1 of the 2 correct options; this question gives points only for exactly the correct choice.",
        ),
        ("per_option", ["c1", "c2", "c3"], ["c1", "c2"], "2.67", "You chose 2 of the 3 correct options."),
        (
            "per_option", ["c1", "c2", "c3"], ["c1", "c2", "c4"], "2.67",
            "You chose 2 of the 3 correct options and 1 that is not correct.",
        ),
        (
            "per_option_penalty", ["c1", "c2", "c3"], ["c1", "c2", "c4"], "1.33",
            "You chose 2 of the 3 correct options and 1 that is not correct; "
            "a wrong option takes back the credit of a right one.",
        ),
        (
            "per_option_penalty", ["c1", "c2"], ["c3", "c4"], "0.00",
            "You chose 0 of the 2 correct options and 2 that are not correct; "
            "a wrong option takes back the credit of a right one.",
        ),
        ("per_option_penalty", ["c1", "c2"], ["c1"], "2.00", "You chose 1 of the 2 correct options."),
    ],
)  # fmt: skip
def test_points_of_a_choice(
    scoring: str, correct: list[str], chosen: list[str], score: str, explanation: str
) -> None:
    result = score_answer(
        "multiple_choice",
        {"kind": "choice", "correct": correct, "scoring": scoring},
        {"choice_ids": chosen},
        FOUR,
    )

    assert (str(result.score), result.explanation) == (score, explanation)


def test_staff_read_the_key_and_the_counts_that_led_to_the_score() -> None:
    rules = {"kind": "choice", "correct": ["c1", "c3"], "scoring": "per_option"}

    result = score_answer("multiple_choice", rules, {"choice_ids": ["c3", "c4"]}, FOUR)

    assert result.staff_explanation == "Correct: c1, c3. Chosen: c3, c4. Scoring: per_option."
    assert result.rules_applied == [
        {"kind": "choice", "scoring": "per_option", "right": 1, "wrong": 1, "correct_options": 2}
    ]


options = st.sets(st.sampled_from([f"c{n}" for n in range(1, 8)]), min_size=1)


@given(
    scoring=st.sampled_from(["all_or_nothing", "per_option", "per_option_penalty"]),
    correct=options,
    chosen=options,
    maximum=st.decimals(min_value=0, max_value=100, places=3),
)
def test_points_stay_inside_the_maximum_and_the_key_is_always_worth_all(
    scoring: str, correct: set[str], chosen: set[str], maximum: Decimal
) -> None:
    rules = {"kind": "choice", "correct": sorted(correct), "scoring": scoring}

    result = score_answer("multiple_choice", rules, {"choice_ids": sorted(chosen)}, maximum)
    backwards = score_answer("multiple_choice", rules, {"choice_ids": sorted(chosen, reverse=True)}, maximum)
    best = score_answer("multiple_choice", rules, {"choice_ids": sorted(correct)}, maximum)

    assert 0 <= result.score <= maximum
    assert 0 <= result.fraction <= 1
    assert result == backwards
    assert best.fraction == 1
    assert not set(result.explanation.replace(".", "").split()) & correct
