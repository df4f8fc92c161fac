"""Trying an answer goes the way of a student's answer: read, scored, explained."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from scoring.rules import RulesInvalid, Signal
from scoring.trials.trial import IN_BACKGROUND, DraftQuestion, Trial, try_answer
from tests.factories.assessments import GOOD_ESSAY, RIGHT_ANSWERS, WRONG_ANSWERS
from tests.factories.catalog import QUESTIONS

SCORED = ["multiple_choice", "numeric", "short_text", "ordering", "matching"]


def question(question_type: str, **changed: Any) -> DraftQuestion:
    given = QUESTIONS[question_type]
    made = DraftQuestion(
        question_type=question_type,
        prompt="A prompt?",
        choices=given.get("choices", ()),
        answer_format=given.get("answer_format", {}),
        rules=given.get("rules", {}),
        rubric=given.get("rubric", {}),
        maximum=Decimal("2"),
    )
    return replace(made, **changed)


def points(trial: Trial) -> str:
    assert trial.result is not None
    return str(trial.result.score)


@pytest.mark.parametrize("question_type", SCORED)
def test_the_right_answer_earns_the_points_and_no_answer_none(question_type: str) -> None:
    asked = question(question_type)

    assert points(try_answer(asked, RIGHT_ANSWERS[question_type])) == "2.00"
    assert points(try_answer(asked, WRONG_ANSWERS[question_type])) < "2.00"
    assert points(try_answer(asked, None)) == "0.00"


def test_an_answer_that_students_could_not_send_is_refused_in_the_same_words() -> None:
    trial = try_answer(question("numeric"), "forty")

    assert trial == Trial(
        refused="The answer would be refused: it must be a number written with a point, such as 42.5."
    )


def test_the_unit_of_a_number_is_read() -> None:
    rules = {"kind": "numeric", "value": "2", "unit": "kg", "unit_factors": {"g": "0.001"}}

    trial = try_answer(question("numeric", rules=rules), {"value": "2000", "unit": "g"})

    assert trial.canonical == {"value": "2000", "unit": "g"}
    assert points(trial) == "2.00"


def test_the_rule_that_was_applied_is_told_in_words() -> None:
    texts = {"kind": "short_text", "accepted": [{"text": "select"}]}

    assert try_answer(question("short_text", rules=texts), "select").rule_facts == [
        ("Rule", "short text"),
        ("Matched", "yes"),
        ("Case sensitive", "no"),
        ("By", "text"),
        ("Entry", "1"),
        ("Credit", "1"),
    ]
    assert Trial().rule_facts == []


def test_a_profile_question_lists_what_the_answer_states() -> None:
    rules = {"kind": "profile", "signals": [{"choice": "c2", "skill": "sql", "level": 3}]}
    asked = question("profile", rules=rules)

    assert try_answer(asked, "c2").stated == (Signal("sql", 3.0),)
    assert try_answer(asked, "c1").notes == (
        "Profile questions earn no points. This answer states no level of any skill.",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD_ESSAY, "Nothing keeps this answer from being read by a scorer."),
        ("", "No scorer would read this answer. Your answer is empty, so it earns no points."),
    ],
)
def test_an_essay_is_only_looked_through(text: str, said: str) -> None:
    trial = try_answer(question("essay"), text)

    assert trial.result is None
    assert trial.notes == (IN_BACKGROUND, said)


def test_a_key_that_cannot_score_is_not_tried() -> None:
    with pytest.raises(RulesInvalid):
        try_answer(question("numeric", rules={"kind": "numeric", "value": "many"}), "1")
