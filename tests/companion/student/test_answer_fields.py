"""Each type of question as form fields, and the answer that is read back."""

from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from assessments.answers import Answer
from companion.student.answer_fields import AnswerForm, AskedQuestion, in_words
from tests.factories.catalog import QUESTIONS


def asked(question_type: str, **answer_format: Any) -> AskedQuestion:
    made = QUESTIONS[question_type]
    shape = {**made.get("answer_format", {}), **answer_format}
    return AskedQuestion(question_type, made.get("choices") or (), shape)


MANY = asked("multiple_choice", max_choices=2)
GRAMS = asked("numeric", units=["g", "kg"])
FREE_PROFILE = AskedQuestion("profile")
CASES: list[tuple[AskedQuestion, str, Answer]] = [
    (asked("multiple_choice"), "choice=c2", {"choice_ids": ["c2"]}),
    (MANY, "choice=c3&choice=c1", {"choice_ids": ["c1", "c3"]}),
    (asked("numeric"), "value=042.50", {"value": "42.5", "unit": None}),
    (asked("numeric"), "value=42,5", {"value": "42.5", "unit": None}),
    (GRAMS, "value=5&unit=kg", {"value": "5", "unit": "kg"}),
    (asked("short_text"), "text= Left join ", {"text": " Left join "}),
    (asked("ordering"), "place-0=3&place-1=1&place-2=2", {"order": ["c2", "c3", "c1"]}),
    (asked("matching"), "pair-0=r2&pair-1=r1", {"pairs": {"l1": "r2", "l2": "r1"}}),
    (asked("matching"), "pair-0=&pair-1=r1", {"pairs": {"l2": "r1"}}),
    (asked("profile"), "choice=c2", {"choice_ids": ["c2"]}),
    (FREE_PROFILE, "text=Some", {"text": "Some"}),
    (asked("essay"), "text=One%0D%0ATwo", {"text": "One\nTwo"}),
]
REFUSED = [
    (MANY, "choice=c1&choice=c2&choice=c3", "Your answer must choose at most 2 options."),
    (
        asked("multiple_choice"), "choice=c9",
        "Select a valid choice. c9 is not one of the available choices.",
    ),
    (asked("numeric"), "value=4,2,5", "Your answer must be a number written with a point, such as 42.5."),
    (
        asked("numeric"),
        "value=1,500",
        "A comma before three digits can be read in two ways. Write a point, or no comma.",
    ),
    (GRAMS, "value=&unit=kg", "Write the number, too."),
    (asked("ordering"), "place-0=1&place-1=&place-2=2", "Give each of the 3 a place."),
    (
        asked("ordering"), "place-0=1&place-1=1&place-2=2",
        "Two of them have the same place. Give each a place of its own.",
    ),
    (asked("essay", max_chars=3), "text=four", "Your answer must have at most 3 characters."),
]  # fmt: skip


def form_of(question: AskedQuestion, sent: str) -> AnswerForm:
    data = QueryDict(mutable=True)
    for name, values in QueryDict(sent).lists():
        data.setlist(f"q1-{name}", values)
    return AnswerForm(question, data, prefix="q1")


@pytest.mark.parametrize(("question", "sent", "expected"), CASES, ids=lambda one: str(one)[:40])
def test_what_is_sent_is_read_as_the_answer_that_is_stored(
    question: AskedQuestion, sent: str, expected: Answer
) -> None:
    form = form_of(question, sent)

    assert form.is_valid(), form.problems
    assert form.answer == expected


@pytest.mark.parametrize(("question", "sent", "expected"), CASES, ids=lambda one: str(one)[:40])
def test_a_stored_answer_is_shown_and_comes_back_as_it_is(
    question: AskedQuestion, sent: str, expected: Answer
) -> None:
    shown = AnswerForm(question, prefix="q1", answer=expected)
    data = QueryDict(mutable=True)
    for field in shown:
        value = field.value()
        data.setlist(field.html_name, value if isinstance(value, list) else [value or ""])

    form = AnswerForm(question, data, prefix="q1")

    assert form.is_valid(), form.problems
    assert form.answer == expected


@pytest.mark.parametrize("question", [case[0] for case in CASES], ids=lambda one: str(one)[:40])
def test_what_is_left_empty_is_not_answered(question: AskedQuestion) -> None:
    form = form_of(question, "")

    assert form.is_valid()
    assert form.answer is None


@pytest.mark.parametrize(("question", "sent", "problem"), REFUSED, ids=lambda one: str(one)[:40])
def test_what_a_question_does_not_take_is_said_and_kept(
    question: AskedQuestion, sent: str, problem: str
) -> None:
    form = form_of(question, sent)

    assert not form.is_valid()
    assert form.problems == [problem]
    assert form.answer is None
    page = render_to_string("student/answer.html", {"form": form})
    assert problem in page
    for value in [
        value for _, values in QueryDict(sent).lists() for value in values if value not in ("", "c9")
    ]:
        assert value in page


def test_a_unit_that_no_field_offers_is_not_lost() -> None:
    form = AnswerForm(asked("numeric", unit="kg"), prefix="q1", answer={"value": "500", "unit": "g"})

    assert [(field.name, field.value()) for field in form] == [("value", "500"), ("unit", "g")]
    assert form.unit == ""
    assert AnswerForm(asked("numeric", unit="kg")).unit == "kg"


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        (asked("multiple_choice"), "Choose one."),
        (MANY, "Choose up to 2."),
        (asked("multiple_choice", max_choices=3), "Choose all that fit."),
        (asked("ordering"), "Give each its place, from 1."),
        (asked("essay"), "Write 20 to 350 words."),
        (AskedQuestion("essay", answer_format={"max_words": 90}), "Write at most 90 words."),
        (asked("short_text"), ""),
    ],
)  # fmt: skip
def test_the_form_says_what_there_is_to_do(question: AskedQuestion, hint: str) -> None:
    assert AnswerForm(question).hint == hint


@pytest.mark.parametrize(
    ("question", "answer", "lines"),
    [
        (MANY, {"choice_ids": ["c1", "c3"]}, ["Alpha", "Gamma"]),
        (GRAMS, {"value": "5", "unit": "kg"}, ["5 kg"]),
        (GRAMS, {"value": "5", "unit": None}, ["5"]),
        (asked("ordering"), {"order": ["c2", "c3", "c1"]}, ["1. Build", "2. Check", "3. Plan"]),
        (asked("matching"), {"pairs": {"l1": "r2"}}, ["Cat – Meows"]),
        (asked("essay"), {"text": "One\nTwo"}, ["One", "Two"]),
    ],
)
def test_a_stored_answer_is_said_in_words(question: AskedQuestion, answer: Answer, lines: list[str]) -> None:
    assert in_words(question, answer) == lines
