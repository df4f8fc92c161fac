"""Short text: which writings count as the same."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import score_answer
from scoring.rules.short_text import normal_form

KEY = {
    "kind": "short_text",
    "accepted": [{"text": "SELECT", "credit": "1"}, {"text": "query", "credit": "0.5"}],
}


@pytest.mark.parametrize(
    ("text", "score", "explanation"),
    [
        ("select", "2.00", "Your answer is an accepted answer."),
        ("  Select. ", "2.00", "Your answer is an accepted answer."),
        ("“SELECT”", "2.00", "Your answer is an accepted answer."),
        ("ＳＥＬＥＣＴ", "2.00", "Your answer is an accepted answer."),
        ("sel\u00adect\u200b", "2.00", "Your answer is an accepted answer."),
        ("Query!", "1.00", "Your answer is accepted for part of the points."),
        ("selects", "0.00", "Your answer is not one of the accepted answers."),
        ("", "0.00", "Your answer is not one of the accepted answers."),
    ],
)
def test_points_of_a_short_text(text: str, score: str, explanation: str) -> None:
    result = score_answer("short_text", KEY, {"text": text}, Decimal("2"))

    assert (str(result.score), result.explanation) == (score, explanation)


@pytest.mark.parametrize(
    ("accepted", "given_text", "same"),
    [
        ("C#", "c#", True),
        ("C", "C#", False),
        ("C", "C++", False),
        ("50%", "50", False),
        ("don't", "don’t", True),
        ("left join", "LEFT\n  JOIN", True),
        ("straße", "STRASSE", True),
        ("Zoë", "Zoe\u0308", True),
        ("well-known", "well–known", True),
        ("!", "!", True),
        ("!", "?", False),
    ],
)
def test_signs_that_carry_meaning_stay(accepted: str, given_text: str, same: bool) -> None:
    rules = {"kind": "short_text", "accepted": [{"text": accepted}]}

    assert score_answer("short_text", rules, {"text": given_text}, Decimal("1")).score == int(same)


@pytest.mark.parametrize(("text", "score"), [("NaCl", 1), ("nacl", 0), (" NaCl.", 1)])
def test_a_key_may_ask_for_case(text: str, score: int) -> None:
    rules: dict[str, Any] = {"kind": "short_text", "accepted": [{"text": "NaCl"}], "case_sensitive": True}

    assert score_answer("short_text", rules, {"text": text}, Decimal("1")).score == score


def test_the_best_fitting_credit_counts() -> None:
    rules = {
        "kind": "short_text",
        "accepted": [{"text": "sum", "credit": "0.25"}, {"text": "SUM", "credit": "0.75"}],
    }

    assert str(score_answer("short_text", rules, {"text": "sum"}, Decimal("1")).score) == "0.75"


@given(st.text(max_size=40), st.booleans())
def test_the_form_compared_is_final(text: str, case_sensitive: bool) -> None:
    once = normal_form(text, case_sensitive)

    assert normal_form(once, case_sensitive) == once
