"""Aiken files as Moodle reads them."""

from decimal import Decimal

import pytest

from catalog.importing.banks.moodle.aiken import read_aiken
from catalog.importing.banks.question import Bank, BankInvalid, BankQuestion, ChoiceTask, LeftOut, Option


def options(*texts: str, right: int) -> ChoiceTask:
    return ChoiceTask(tuple(Option(text, Decimal(place == right)) for place, text in enumerate(texts)))


def test_questions_follow_each_other() -> None:
    text = (
        "\ufeffWhich clause filters groups?\r\nA. WHERE\r\nB. HAVING\r\nANSWER: B\r\n\r\n"
        "What does <td> hold?\r\nMore than one word.\r\n\r\nA) a cell\r\nB) a row\r\nC) a table\r\nanswer: a)\r\n"
    )

    assert read_aiken(text) == Bank(
        "Aiken",
        (
            BankQuestion("line 1", "", "Which clause filters groups?", options("WHERE", "HAVING", right=1)),
            BankQuestion(
                "line 6", "", "What does <td> hold?\nMore than one word.",
                options("a cell", "a row", "a table", right=0),
            ),
        ),
    )  # fmt: skip


def test_lines_that_begin_like_an_option_out_of_turn_are_text() -> None:
    [read] = read_aiken("U. S. presidents:\nA. Lincoln\nB. Grant\nANSWER: A").entries

    assert read == BankQuestion("line 1", "", "U. S. presidents:", options("Lincoln", "Grant", right=0))


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("Which?\nA. a\nB. b\nANSWER: C", ["The line ANSWER: names “C”, which is none of its options."]),
        (
            "Which?\nA. a\nB. b\nANSWER: A, B",
            ["The line ANSWER: names “A, B”, which is none of its options."],
        ),
        ("Which?\nA. a\nANSWER: A", ["It has fewer than two options."]),
        ("Which?\nA. a\nB.\nANSWER: A", ["An option has no text that can be shown."]),
        ("A. a\nB. b\nANSWER: A", ["There is no question before its options."]),
        ("Which?\nA. a\nB. b", ["Its options are not followed by a line ANSWER:."]),
        ("Which?", ["It has no options."]),
        ("Which?\nANSWER: A", ["The line ANSWER: names “A”, which is none of its options."]),
        (
            "Which?\nA. a\nC. c\nANSWER: A",
            [
                "Its options are not followed by a line ANSWER:.",
                "The line ANSWER: names “A”, which is none of its options.",
            ],
        ),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reasons: list[str]) -> None:
    assert [entry.reason for entry in read_aiken(text).entries if isinstance(entry, LeftOut)] == reasons


def test_a_question_that_breaks_off_does_not_take_the_next_one_along() -> None:
    left_out, read = read_aiken("One?\nA. a\nB. b\n\nTwo?\nA. a\nB. b\nANSWER: B\n").entries

    assert left_out == LeftOut("line 1", "", "Its options are not followed by a line ANSWER:.")
    assert read == BankQuestion("line 5", "", "Two?", options("a", "b", right=1))


@pytest.mark.parametrize("text", ["", " \n ", "a\0"])
def test_files_without_any_question_are_refused(text: str) -> None:
    with pytest.raises(BankInvalid):
        read_aiken(text)


def test_a_file_holds_no_more_than_five_thousand() -> None:
    with pytest.raises(BankInvalid, match="more than 5,000 questions"):
        read_aiken("Which?\nA. a\nB. b\nANSWER: A\n" * 5_001)
