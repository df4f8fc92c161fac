"""Answers of every type beside their keys."""

from typing import Any

import pytest

from catalog.answer_views import AnswerView, Line, Option, answer_view, in_texts
from tests.factories.catalog import QUESTIONS


def view(question_type: str, answer: dict[str, Any] | None) -> AnswerView:
    question = QUESTIONS[question_type]
    return answer_view(answer, question.get("choices"), question.get("rules", {}))


def test_choices_show_what_was_taken_and_what_is_right() -> None:
    assert view("multiple_choice", {"choice_ids": ["c1"]}).options == (
        Option("Alpha", chosen=True, is_key=False),
        Option("Beta", chosen=False, is_key=True),
        Option("Gamma", chosen=False, is_key=False),
    )


def test_choices_are_shown_without_an_answer_too() -> None:
    assert [option.chosen for option in view("multiple_choice", None).options] == [False, False, False]


def test_a_number_shows_its_unit_and_the_key_with_its_tolerance() -> None:
    shown = view("numeric", {"value": "42", "unit": "kg"})

    assert (shown.text, shown.expected) == ("42 kg", "42.5 (± 0.5)")


def test_a_short_text_shows_every_accepted_one() -> None:
    rules = {
        "kind": "short_text",
        "accepted": [
            {"text": "select", "credit": "1"},
            {"text": "query", "credit": "0.5"},
            {"pattern": "sel.+", "credit": "0.5"},
        ],
    }

    shown = answer_view({"text": "SELECT"}, None, rules)

    assert (shown.text, shown.expected) == (
        "SELECT",
        "select · query (for 0.5 of the points) · /sel.+/ (for 0.5 of the points)",
    )


def test_an_order_is_set_beside_the_right_one() -> None:
    choices = [{"id": "c1", "text": "Plan"}, {"id": "c2", "text": "Build"}, {"id": "c3", "text": "Check"}]
    rules = {"kind": "ordering", "order": ["c1", "c2", "c3"], "scoring": "pairs"}

    lines = answer_view({"order": ["c1", "c3", "c2"]}, choices, rules).lines

    assert lines == (Line("1", "Plan", "Plan"), Line("2", "Check", "Build"), Line("3", "Build", "Check"))
    assert [line.agrees for line in lines] == [True, False, False]


def test_pairs_are_set_beside_the_right_ones() -> None:
    assert view("matching", {"pairs": {"l1": "r2"}}).lines == (
        Line("Cat", "Meows", "Meows"),
        Line("Dog", "", "Barks"),
    )


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ({"value": "42.5"}, "42.5"),
        ({"value": "42.5", "unit": "kg"}, "42.5 kg"),
        ({"value": "42.5", "unit": "kg", "relative_tolerance": "0.1"}, "42.5 kg (± 0.1 × the value)"),
        (
            {"value": "42.5", "absolute_tolerance": "1", "relative_tolerance": "0.1"},
            "42.5 (± 1 or ± 0.1 × the value)",
        ),
    ],
)
@pytest.mark.parametrize("answer", [{"value": "40"}, None], ids=["answered", "unanswered"])
def test_the_key_of_a_number_says_how_far_off_an_answer_may_be(
    answer: dict[str, Any] | None, rules: dict[str, Any], key: str
) -> None:
    assert answer_view(answer, None, {"kind": "numeric", **rules}).expected == key


def test_a_number_given_where_there_is_no_key_stands_alone() -> None:
    assert answer_view({"value": "3", "unit": "h"}, None, {}) == AnswerView(text="3 h")


@pytest.mark.parametrize(
    ("question_type", "shown"),
    [
        ("essay", AnswerView()),
        (
            "matching",
            AnswerView(lines=(Line("Cat", "", "Meows"), Line("Dog", "", "Barks"))),
        ),
        (
            "multiple_choice",
            AnswerView(
                options=(
                    Option("Alpha", chosen=False, is_key=False),
                    Option("Beta", chosen=False, is_key=True),
                    Option("Gamma", chosen=False, is_key=False),
                )
            ),
        ),
        ("numeric", AnswerView(expected="42.5 (± 0.5)")),
        (
            "ordering",
            AnswerView(lines=(Line("1", "", "Build"), Line("2", "", "Check"), Line("3", "", "Plan"))),
        ),
    ],
)
def test_what_was_not_answered_shows_its_key(question_type: str, shown: AnswerView) -> None:
    assert view(question_type, None) == shown


CHOICES = [
    {"id": "c1", "text": "Alpha"},
    {"id": "c2", "text": "Beta"},
    {"id": "c10", "text": "A text that is far too long to be read within one sentence"},
]


@pytest.mark.parametrize(
    ("explanation", "shown"),
    [
        (
            "Correct: c1, c10. Chosen: c2. Scoring: per_option_penalty.",
            "Correct: “Alpha”, “A text that is far too long to be read within o…”. Chosen: “Beta”. "
            "Scoring: per option, wrong ones take off.",
        ),
        (
            "Key: c1 > c2. Answer: c2 > c1. Scoring: pairs.",
            "Key: “Alpha” > “Beta”. Answer: “Beta” > “Alpha”. Scoring: by the share of pairs in the right order.",
        ),
        (
            "Key: c1-c2. Answer: nothing. Scoring: all_or_nothing.",
            "Key: “Alpha”-“Beta”. Answer: nothing. Scoring: all or nothing.",
        ),
    ],
)
def test_an_explanation_for_staff_names_the_choices_by_their_texts(explanation: str, shown: str) -> None:
    assert in_texts(explanation, CHOICES) == shown


def test_the_longest_id_that_stands_there_is_named() -> None:
    choices = [{"id": "c", "text": "Alpha"}, {"id": "c-1", "text": "x" * 48}, {"id": "c-2", "text": "y" * 50}]

    shown = in_texts("Key: c-1-c. Answer: c-2-c. Scoring: pairs.", choices)

    assert shown.startswith(f"Key: “{'x' * 48}”-“Alpha”. Answer: “{'y' * 47}…”-“Alpha”.")


@pytest.mark.parametrize(
    "explanation", ["No answer was given.", "Accepted: “c1” (1). Compared as “c1”: fits.", ""]
)
def test_an_explanation_that_names_no_choices_stays_as_it_is(explanation: str) -> None:
    assert in_texts(explanation, CHOICES) == explanation


def test_an_explanation_of_a_question_without_choices_stays_as_it_is() -> None:
    assert in_texts("Key: 5. Answer: 4. Scoring: pairs.", None) == "Key: 5. Answer: 4. Scoring: pairs."
