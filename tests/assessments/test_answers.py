"""Every way an answer may arrive, and the one form in which it is stored."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.answers import MAX_ESSAY, MAX_SHORT_TEXT, AnswerInvalid, is_blank, normalise

CITIES = [
    {"id": "c1", "text": "Lyon"},
    {"id": "c2", "text": "Paris"},
    {"id": "c3", "text": "Nice  on Sea"},
    {"id": "c4", "text": "c1"},
]
PAIRS = [
    {"id": "l1", "text": "SQL", "side": "left"},
    {"id": "l2", "text": "CSS", "side": "left"},
    {"id": "r1", "text": "queries", "side": "right"},
    {"id": "r2", "text": "styles", "side": "right"},
]


@pytest.mark.parametrize(
    ("most", "raw", "stored"),
    [
        (1, "c2", ["c2"]),
        (1, "Paris", ["c2"]),
        (1, " Nice on Sea ", ["c3"]),
        (1, "c1", ["c1"]),
        (1, {"choice_id": "c2"}, ["c2"]),
        (1, {"choice_ids": ["c2"]}, ["c2"]),
        (2, "c2", ["c2"]),
        (2, {"choice_ids": ["c3", "Lyon"]}, ["c1", "c3"]),
    ],
)
def test_a_choice_is_stored_by_id_in_the_order_of_the_question(
    most: int, raw: Any, stored: list[str]
) -> None:
    answer = normalise("multiple_choice", CITIES, {"max_choices": most}, raw)

    assert answer == {"choice_ids": stored}


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (42.5, {"value": "42.5", "unit": None}),
        (42, {"value": "42", "unit": None}),
        ("42.50", {"value": "42.5", "unit": None}),
        (" -0.0 ", {"value": "0", "unit": None}),
        (1e3, {"value": "1000", "unit": None}),
        (1e-7, {"value": "0.0000001", "unit": None}),
        ("+.5", {"value": "0.5", "unit": None}),
        (10**39, {"value": "1" + "0" * 39, "unit": None}),
        ({"value": 42.5, "unit": " kg "}, {"value": "42.5", "unit": "kg"}),
        ({"value": "42.5", "unit": ""}, {"value": "42.5", "unit": None}),
        ({"value": 0}, {"value": "0", "unit": None}),
        (0.1 + 0.2, {"value": "0.30000000000000004", "unit": None}),
        (
            "12345678901234567890123456789012345.5",
            {"value": "12345678901234567890123456789012345.5", "unit": None},
        ),
    ],
)
def test_a_number_is_stored_in_plain_digits(raw: Any, stored: dict[str, Any]) -> None:
    assert normalise("numeric", [], {}, raw) == stored


@pytest.mark.parametrize(
    ("question_type", "choices", "raw", "stored"),
    [
        ("short_text", [], "SELECT", {"text": "SELECT"}),
        ("short_text", [], {"text": "SELECT"}, {"text": "SELECT"}),
        ("essay", [], "One.\r\nTwo.\rThree.", {"text": "One.\nTwo.\nThree."}),
        ("essay", [], "", {"text": ""}),
        ("ordering", CITIES[:3], {"order": ["c3", "Lyon", "c2"]}, {"order": ["c3", "c1", "c2"]}),
        ("matching", PAIRS, {"pairs": {"l2": "styles", "SQL": "r1"}}, {"pairs": {"l1": "r1", "l2": "r2"}}),
        ("matching", PAIRS, {"pairs": {"l1": "r2"}}, {"pairs": {"l1": "r2"}}),
        ("profile", CITIES, "c2", {"choice_ids": ["c2"]}),
        ("profile", CITIES[:2], {"order": ["c2", "c1"]}, {"order": ["c2", "c1"]}),
        ("profile", PAIRS, {"pairs": {"l1": "r1"}}, {"pairs": {"l1": "r1"}}),
        ("profile", [], "two years", {"text": "two years"}),
        ("profile", [], 2, {"value": "2", "unit": None}),
    ],
)
def test_the_other_types_have_one_stored_form_each(
    question_type: str, choices: list[dict[str, str]], raw: Any, stored: dict[str, Any]
) -> None:
    assert normalise(question_type, choices, {}, raw) == stored


@pytest.mark.parametrize(
    ("question_type", "choices", "answer_format", "raw", "field", "message"),
    [
        ("multiple_choice", CITIES, {}, "c9", "answer", "is not an option of this question"),
        ("multiple_choice", CITIES, {}, ["c1"], "answer", "must be the id of a choice"),
        ("multiple_choice", CITIES, {}, 1, "answer", "must be the id of a choice"),
        ("multiple_choice", CITIES, {}, None, "answer", "must be the id of a choice"),
        (
            "multiple_choice", CITIES, {}, {"choice_ids": ["c1", "c2"]},
            "answer.choice_ids", "must choose at most 1 option",
        ),
        ("multiple_choice", CITIES, {}, {"choice_ids": []}, "answer.choice_ids", "must choose at least one option"),
        ("multiple_choice", CITIES, {}, {"choice_ids": "c1"}, "answer.choice_ids", "must be a list of choice ids"),
        ("multiple_choice", CITIES, {}, {}, "answer", "give either choice_id or choice_ids"),
        ("multiple_choice", CITIES, {}, {"correct": "c1"}, "answer", "may hold only choice_id or choice_ids"),
        ("multiple_choice", CITIES, {"max_choices": 3}, {"choice_ids": ["c2", "Paris"]}, "answer.choice_ids",
         "names the same option twice"),
        ("multiple_choice", CITIES, {"max_choices": 3}, {"choice_ids": ["c2", {}]}, "answer.choice_ids[1]",
         "must be the id or the text of an option"),
        ("numeric", [], {}, True, "answer", "must be a number"),
        ("numeric", [], {}, None, "answer", "must be a number"),
        ("numeric", [], {}, float("nan"), "answer", "must be a finite number"),
        ("numeric", [], {}, float("inf"), "answer", "must be a finite number"),
        ("numeric", [], {}, "NaN", "answer", "must be a number written with a point, such as 42.5"),
        ("numeric", [], {}, "42,5", "answer", "must be a number written with a point, such as 42.5"),
        ("numeric", [], {}, "٤٢", "answer", "must be a number written with a point, such as 42.5"),
        ("numeric", [], {}, "0x10", "answer", "must be a number written with a point, such as 42.5"),
        ("numeric", [], {}, 10**40, "answer", "must have at most 40 digits"),
        pytest.param("numeric", [], {}, 10**5000, "answer", "must have at most 40 digits", id="5001 digits"),
        ("numeric", [], {}, "1e999", "answer", "must have at most 40 digits"),
        ("numeric", [], {}, "1." + "1" * 40, "answer", "must have at most 40 digits"),
        ("numeric", [], {}, 1e308, "answer", "must have at most 40 digits"),
        ("numeric", [], {}, {"unit": "kg"}, "answer.value", "is required"),
        ("numeric", [], {}, {"value": [1]}, "answer.value", "must be a number"),
        ("numeric", [], {}, {"value": 1, "unit": 3}, "answer.unit", "must be a text of at most 20 characters"),
        ("numeric", [], {}, {"value": 1, "unit": "\x00"}, "answer.unit", "contains a character that cannot be stored"),
        ("numeric", [], {"units": ["kg", "g"]}, {"value": 1, "unit": "m"}, "answer.unit",
         "is not one of the units of this question"),
        ("short_text", [], {}, "a" * (MAX_SHORT_TEXT + 1), "answer", "must have at most 2,000 characters"),
        ("short_text", [], {"max_chars": 3}, "abcd", "answer", "must have at most 3 characters"),
        ("short_text", [], {}, 5, "answer", "must be a text"),
        ("short_text", [], {}, {"text": None}, "answer.text", "must be a text"),
        ("short_text", [], {}, {}, "answer.text", "must be a text"),
        ("essay", [], {}, "a" * (MAX_ESSAY + 1), "answer", "must have at most 50,000 characters"),
        ("essay", [], {}, "a\x00b", "answer", "contains a character that cannot be stored"),
        ("essay", [], {}, {"text": "a\ud800b"}, "answer.text", "contains a character that cannot be stored"),
        ("ordering", CITIES, {}, {"order": ["c1", "c2"]}, "answer.order", "must name each of the 4 items once"),
        ("ordering", CITIES[:2], {}, {"order": ["c1", "c1"]}, "answer.order", "names the same option twice"),
        ("ordering", CITIES[:2], {}, {"order": ["c1"] * 9}, "answer.order", "names more options than the question has"),
        ("ordering", CITIES, {}, {}, "answer.order", "must be a list of choice ids"),
        ("ordering", CITIES, {}, ["c1"], "answer", "must be an object with the list order"),
        ("matching", PAIRS, {}, {"pairs": {}}, "answer.pairs",
         "must be an object that pairs left items with right items"),
        ("matching", PAIRS, {}, {"pairs": {"r1": "r2"}}, "answer.pairs[0]", "is not an option of this question"),
        ("matching", PAIRS, {}, {"pairs": {"l1": "l2"}}, "answer.pairs", "is not an option of this question"),
        ("matching", PAIRS, {}, {"pairs": {"l1": "r1", "SQL": "r2"}}, "answer.pairs", "names the same option twice"),
        ("matching", PAIRS, {}, {"pairs": {"l1": "r1", "l2": "r1", "x": "r1"}}, "answer.pairs",
         "has more pairs than there are items on the left"),
        ("profile", CITIES, {}, 5, "answer", "must be the id of a choice"),
    ],
)  # fmt: skip
def test_what_a_question_does_not_allow_is_refused_by_field(
    question_type: str,
    choices: list[dict[str, str]],
    answer_format: dict[str, Any],
    raw: Any,
    field: str,
    message: str,
) -> None:
    with pytest.raises(AnswerInvalid) as caught:
        normalise(question_type, choices, answer_format, raw)

    assert (caught.value.field, caught.value.message) == (field, message)


def test_two_choices_of_one_text_must_be_named_by_id() -> None:
    twins = [{"id": "c1", "text": "Yes"}, {"id": "c2", "text": "Yes"}]

    with pytest.raises(AnswerInvalid, match="fits several options; give the id instead"):
        normalise("multiple_choice", twins, {}, "Yes")


def test_a_type_no_client_can_name_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown question type 'drawing'"):
        normalise("drawing", [], {}, "x")


@pytest.mark.parametrize(
    ("answer", "blank"),
    [
        ({"text": ""}, True),
        ({"text": " \n\t\u200b\u2060"}, True),
        ({"text": "."}, False),
        ({"value": "0", "unit": None}, False),
    ],
)
def test_a_text_without_a_visible_character_is_blank(answer: dict[str, Any], blank: bool) -> None:
    assert is_blank(answer) is blank


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choice_id", "choice_ids", "value", "unit", "text", "order", "pairs", "l1", "c1"]
            ),
            inner | st.sampled_from(["c1", "c2", "l1", "r1", "Paris"]),
            max_size=3,
        )
    ),
    max_leaves=6,
)
TYPES = {
    "multiple_choice": CITIES,
    "numeric": [],
    "short_text": [],
    "essay": [],
    "ordering": CITIES,
    "matching": PAIRS,
    "profile": CITIES,
}


@given(question_type=st.sampled_from(sorted(TYPES)), raw=json_values)
def test_anything_is_either_refused_or_stored_in_a_form_that_stays(question_type: str, raw: Any) -> None:
    choices = TYPES[question_type]
    try:
        stored = normalise(question_type, choices, {"max_choices": 2}, raw)
    except AnswerInvalid:
        return

    assert normalise(question_type, choices, {"max_choices": 2}, stored) == stored


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_a_number_keeps_its_value(value: Any) -> None:
    stored = normalise("numeric", [], {}, str(value))

    assert type(value)(stored["value"]) == value


@given(st.permutations(["c1", "c2", "c3"]))
def test_the_order_in_which_options_are_chosen_is_not_stored(chosen: list[str]) -> None:
    answer = normalise("multiple_choice", CITIES, {"max_choices": 3}, {"choice_ids": chosen})

    assert answer == {"choice_ids": ["c1", "c2", "c3"]}
