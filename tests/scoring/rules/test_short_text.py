"""Short text: which writings count as the same."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import score_answer

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


MIXED: dict[str, Any] = {
    "kind": "short_text",
    "accepted": [
        {"pattern": "(inner|cross) join"},
        {"text": "join", "credit": "0.5"},
        {"pattern": ".*join.*", "credit": "0.25"},
    ],
}


@pytest.mark.parametrize(
    ("text", "score", "staff", "applied"),
    [
        ("Inner Join.", "2.00", "fits /(inner|cross) join/.", {"by": "pattern", "entry": 1, "credit": "1"}),
        ("JOIN", "1.00", "fits “join”.", {"by": "text", "entry": 2, "credit": "0.5"}),
        ("left join", "0.50", "fits /.*join.*/.", {"by": "pattern", "entry": 3, "credit": "0.25"}),
        ("union", "0.00", "fits none.", {}),
        ("\u200b", "0.00", "fits none.", {}),
    ],
)
def test_texts_and_patterns_stand_side_by_side_and_the_best_credit_counts(
    text: str, score: str, staff: str, applied: dict[str, Any]
) -> None:
    result = score_answer("short_text", MIXED, {"text": text}, Decimal("2"))

    assert str(result.score) == score
    assert result.staff_explanation.endswith(staff)
    assert result.rules_applied == [
        {"kind": "short_text", "matched": bool(applied), "case_sensitive": False, **applied}
    ]


def test_of_equal_credits_the_first_entry_is_named() -> None:
    rules = {
        "kind": "short_text",
        "accepted": [{"text": "STRASSE"}, {"pattern": "stra.*"}, {"text": "straße"}],
    }

    result = score_answer("short_text", rules, {"text": "Straße"}, Decimal("1"))

    assert result.rules_applied[0]["entry"] == 1


def test_the_student_reads_neither_text_nor_pattern() -> None:
    for text in ("cross join", "join", "a join", "union"):
        said = score_answer("short_text", MIXED, {"text": text}, Decimal("2")).explanation

        assert "join" not in said


@given(st.text(max_size=60))
def test_what_is_added_to_a_key_never_takes_points_away(text: str) -> None:
    fewer = {"kind": "short_text", "accepted": MIXED["accepted"][1:]}

    before = score_answer("short_text", fewer, {"text": text}, Decimal("2"))
    after = score_answer("short_text", MIXED, {"text": text}, Decimal("2"))

    assert before.score <= after.score <= 2
