"""A quote counts only where it stands in the answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.essays.evidence import is_substantial, locate

ANSWER = "The staff’s “overtime”\n costs  money — a lot. Starting early helps. CAFE\u0301 guests stay."


@pytest.mark.parametrize(
    ("quoted", "found"),
    [
        ("Starting early helps", "Starting early helps"),
        ("starting EARLY helps", "Starting early helps"),
        ('"Starting early helps."', "Starting early helps."),
        ('staff\'s "overtime" costs money - a lot', "staff’s “overtime”\n costs  money — a lot"),
        ("…costs money", "costs  money"),
        ("café guests", "CAFE\u0301 guests"),
        ("over\u200btime", "overtime"),
        ("Starting late helps", None),
        ("art", None),
        ("Start", None),
        ("helps. Starting", None),
        ("", None),
        ("“”", None),
        ("\u200b", None),
    ],
)
def test_a_quote_is_found_exactly_or_in_comparable_form_or_not_at_all(quoted: str, found: str | None) -> None:
    quote = locate(ANSWER, quoted)

    assert (quote.text if quote else None) == found
    if quote:
        assert ANSWER[quote.start : quote.end] == quote.text


def test_an_exact_place_wins_over_an_earlier_like_one() -> None:
    quote = locate("staff rest. Staff rest.", "Staff rest")

    assert quote is not None
    assert (quote.start, quote.end) == (12, 22)


@pytest.mark.parametrize(
    ("answer", "quoted", "found"),
    [
        ("Staff rest", "Staff", True),  # both ends of an answer are ends of words
        ("Staff rest", "rest", True),
        ("Staffrooms rest", "Staff", False),
        ("Xstaff rest", "staff", False),
        ("No rest. Arrest", "rest", True),  # the first place is one between words
        ("Arrest, rest", "rest", True),  # the second
    ],
)
def test_a_quote_begins_and_ends_between_words(answer: str, quoted: str, found: bool) -> None:
    assert (locate(answer, quoted) is not None) is found


def test_a_very_long_quote_is_stored_by_its_beginning() -> None:
    quote = locate("word " * 500, ("word " * 400).strip())

    assert quote is not None
    assert (quote.start, quote.end) == (0, 1000)


@pytest.mark.parametrize(
    ("quoted", "answer", "substantial"),
    [
        ("two words", ANSWER, True),
        ("overtime", ANSWER, True),
        ("starts", ANSWER, True),  # six letters
        ("costs", ANSWER, False),  # five
        ("a lot", ANSWER, True),  # two words, however short
        ("the", ANSWER, False),
        ("a.", ANSWER, False),
        ("42", "42", True),
        ("...", "...", False),
    ],
)
def test_a_quote_must_carry_something(quoted: str, answer: str, substantial: bool) -> None:
    assert is_substantial(quoted, answer) is substantial


@given(st.text(min_size=1, max_size=60), st.data())
def test_whatever_is_found_is_a_piece_of_the_answer(answer: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(answer) - 1))
    quote = locate(answer, answer[start:])

    if quote is not None:
        assert answer[quote.start : quote.end] == quote.text
