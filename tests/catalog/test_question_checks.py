"""What is wrong with a key or rubric, said so that its author can mend it."""

from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from catalog.question_checks import question_problems, rubric_problems, rules_problems
from catalog.question_schema import RUBRIC_SCHEMA, RULES_SCHEMAS

CHOICES = [{"id": f"c{n}", "text": f"Option {n}"} for n in range(1, 4)]
SIDES = [
    {"id": "l1", "text": "a", "side": "left"},
    {"id": "l2", "text": "b", "side": "left"},
    {"id": "r1", "text": "c", "side": "right"},
]
RUBRIC: dict[str, Any] = {
    "criteria": [
        {
            "key": "clarity",
            "name": "Clarity",
            "explanation": "Is it clear?",
            "guidance": "",
            "weight": "2",
            "skill": "writing",
            "levels": [
                {"id": "l0", "name": "Missing", "points": "0", "description": "Not clear."},
                {"id": "l1", "name": "Good", "points": "1", "description": "Clear."},
            ],
        }
    ],
    "model_answer": "",
    "grader_notes": "",
}


@pytest.mark.parametrize("schema", [*RULES_SCHEMAS.values(), RUBRIC_SCHEMA], ids=lambda schema: schema["$id"])
def test_every_published_schema_is_a_draft_2020_12_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("question_type", "rules"),
    [
        ("multiple_choice", {"kind": "choice", "correct": ["c2"]}),
        ("multiple_choice", {"kind": "choice", "correct": ["c1", "c2"], "scoring": "per_option_penalty"}),
        ("numeric", {"kind": "numeric", "value": "-42.5", "relative_tolerance": "0.01", "unit": "kg"}),
        ("numeric", {"kind": "numeric", "value": "1", "unit": "kg", "unit_factors": {"g": "0.001"}}),
        (
            "short_text",
            {"kind": "short_text", "accepted": [{"text": "x", "credit": "0.5"}], "case_sensitive": True},
        ),
        ("short_text", {"kind": "short_text", "accepted": [{"text": "x"}, {"pattern": "(in|out)put"}]}),
        ("ordering", {"kind": "ordering", "order": ["c1", "c2", "c3"], "scoring": "pairs"}),
        ("matching", {"kind": "matching", "pairs": {"c1": "c2"}, "scoring": "per_pair"}),
        ("profile", {"kind": "profile", "signals": [{"choice": "c1", "skill": "sql", "level": 2.5}]}),
        ("essay", {}),
    ],
)
def test_a_sound_key_has_no_problems(question_type: str, rules: dict[str, Any]) -> None:
    assert rules_problems(question_type, rules) == []


@pytest.mark.parametrize(
    ("question_type", "rules", "problem"),
    [
        ("multiple_choice", {"kind": "choice", "correct": []}, "rules.correct: must hold at least 1"),
        ("multiple_choice", {"kind": "numeric", "correct": ["c1"]}, "rules.kind: must be 'choice'"),
        (
            "multiple_choice", {"kind": "choice", "correct": ["c1"], "scoring": "luck"},
            "rules.scoring: must be one of all_or_nothing, per_option, per_option_penalty",
        ),
        ("multiple_choice", {"kind": "choice"}, "rules: 'correct' is a required property"),
        ("multiple_choice", None, "rules: None is not of type 'object'"),
        (
            "numeric", {"kind": "numeric", "value": 42},
            'rules.value: must be a decimal number written as a string, such as "42.5"',
        ),
        (
            "numeric", {"kind": "numeric", "value": "42.5\n"},
            'rules.value: must be a decimal number written as a string, such as "42.5"',
        ),
        (
            "numeric", {"kind": "numeric", "value": "1", "absolute_tolerance": "-1"},
            'rules.absolute_tolerance: must be a decimal number, zero or more, written as a string, such as "0.5"',
        ),
        (
            "numeric", {"kind": "numeric", "value": "1", "unit_factors": {"g": "0.0"}},
            'rules.unit_factors.g: must be a decimal number above zero written as a string, such as "0.5"',
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"text": "x", "credit": "1.5"}]},
            'rules.accepted[0].credit: must be a credit above 0 and at most 1 written as a string, such as "0.5"',
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"text": "x", "pattern": "(a+)+"}]},
            'rules.accepted[0]: must be an object with either "text" or "pattern", and a "credit" where it is not '
            "all the points",
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"credit": "1"}]},
            'rules.accepted[0]: must be an object with either "text" or "pattern", and a "credit" where it is not '
            "all the points",
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"text": "x"}, {"pattern": r"(a+)\1"}]},
            "rules.accepted[1].pattern: refers back to a group, which patterns here cannot do",
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"pattern": "a" * 501}]},
            "rules.accepted[0].pattern: must have at most 500 characters",
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"pattern": f"a{n}"} for n in range(11)]},
            "rules.accepted: may hold at most 10 patterns",
        ),
        (
            "short_text", {"kind": "short_text", "accepted": [{"text": "\u200b"}]},
            "rules.accepted[0].text: holds nothing that can be seen, so an empty answer would be right",
        ),
        (
            "profile", {"kind": "profile", "signals": [{"choice": "c1", "skill": "sql", "level": 6}]},
            "rules.signals[0].level: 6 is greater than the maximum of 5",
        ),
        ("essay", {"kind": "choice"}, "rules: must be empty"),
        ("drawing", {}, "there is no question type 'drawing'"),
    ],
)  # fmt: skip
def test_a_broken_key_is_named_by_place(question_type: str, rules: Any, problem: str) -> None:
    assert rules_problems(question_type, rules) == [problem]


@pytest.mark.parametrize(
    ("question_type", "rules", "choices", "answer_format", "problem"),
    [
        (
            "multiple_choice", {"kind": "choice", "correct": ["c9"]}, CHOICES, {},
            "rules.correct: there is no choice 'c9'",
        ),
        (
            "multiple_choice", {"kind": "choice", "correct": ["c1", "c2"]}, CHOICES, {"max_choices": 1},
            "rules.correct: names 2 options, but only 1 may be chosen",
        ),
        (
            "multiple_choice", {"kind": "choice", "correct": ["c1", "c2"]}, CHOICES, {},
            "rules.correct: names 2 options, but only 1 may be chosen",
        ),
        (
            "multiple_choice", {"kind": "choice", "correct": ["c1"], "scoring": "per_option"}, CHOICES,
            {"max_choices": 3},
            "rules.scoring: choosing every option would earn all points; lower max_choices or add a penalty",
        ),
        (
            "ordering", {"kind": "ordering", "order": ["c2", "c1"]}, CHOICES, {},
            "rules.order: must name every choice of the question",
        ),
        (
            "matching", {"kind": "matching", "pairs": {"l1": "r1"}}, SIDES, {}, "rules.pairs: 'l2' has no partner",
        ),
        (
            "matching", {"kind": "matching", "pairs": {"l1": "r1", "l2": "l1"}}, SIDES, {},
            "rules.pairs: 'l1' is not a choice on the right",
        ),
        (
            "profile", {"kind": "profile", "signals": [{"choice": "c9", "skill": "sql", "level": 1}]}, CHOICES, {},
            "rules.signals: there is no choice 'c9'",
        ),
    ],
)  # fmt: skip
def test_a_key_must_fit_its_question(
    question_type: str, rules: Any, choices: list[dict[str, str]], answer_format: dict[str, Any], problem: str
) -> None:
    assert rules_problems(question_type, rules, choices, answer_format) == [problem]


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    """The sound rubric with one value replaced."""
    rubric = deepcopy(RUBRIC)
    place: Any = rubric
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return rubric


@pytest.mark.parametrize(
    ("rubric", "problem"),
    [
        (
            changed(["criteria", 0, "levels", 1, "points"], "0"),
            "rubric.criteria[0].levels: points must rise from each level to the next",
        ),
        (
            changed(["criteria", 0, "levels", 1, "id"], "l0"),
            "rubric.criteria[0].levels: the id 'l0' is used 2 times",
        ),
        (
            changed(["criteria", 0, "weight"], "0"),
            'rubric.criteria[0].weight: must be a decimal number above zero written as a string, such as "0.5"',
        ),
        (
            changed(["criteria", 0, "key"], "two words"),
            "rubric.criteria[0].key: must be an id of at most 64 letters, digits, points, dashes and underscores",
        ),
        (changed(["criteria"], RUBRIC["criteria"] * 2), "rubric.criteria: the key 'clarity' is used 2 times"),
        (changed(["criteria"], []), "rubric.criteria: must hold at least 1"),
    ],
)
def test_a_broken_rubric_is_named_by_place(rubric: dict[str, Any], problem: str) -> None:
    assert rubric_problems("essay", rubric) == [problem]


def test_only_essays_have_a_rubric() -> None:
    assert rubric_problems("essay", RUBRIC) == []
    assert rubric_problems("numeric", {}) == []
    assert rubric_problems("numeric", RUBRIC) == ["rubric: only an essay question has one; leave it empty"]


@pytest.mark.parametrize(
    ("question_type", "rules", "problem"),
    [
        (
            "ordering",
            {"kind": "ordering", "order": ["c1", "c2"]},
            "rules.order: is the order of the ids, which students see; name the choices otherwise",
        ),
        (
            "matching",
            {"kind": "matching", "pairs": {"l1": "r1", "l2": "r2"}},
            "rules.pairs: pairs the ids in their order, which students see; name the choices otherwise",
        ),
    ],
)
def test_ids_may_not_give_the_key_away(question_type: str, rules: dict[str, Any], problem: str) -> None:
    choices = (
        [{"id": key, "text": key} for key in ("c1", "c2")]
        if question_type == "ordering"
        else [
            {"id": key, "text": key, "side": side}
            for key, side in (("l1", "left"), ("l2", "left"), ("r1", "right"), ("r2", "right"))
        ]
    )

    found = question_problems(
        question_type=question_type, choices=choices, answer_format={}, rules=rules, rubric={}
    )

    assert found == [problem]


@pytest.mark.parametrize(
    ("answer_format", "choices", "problem"),
    [
        ({"max_choices": "one"}, [], "answer_format.max_choices: 'one' is not of type 'integer'"),
        (
            {"min_word": 3},
            [],
            "answer_format: Additional properties are not allowed ('min_word' was unexpected)",
        ),
        ({}, [{"id": "c1", "text": "A"}, {"id": "c1", "text": "B"}], "choices: the id 'c1' is used 2 times"),
    ],
)
def test_format_and_choices_are_checked_before_the_key(
    answer_format: dict[str, Any], choices: list[dict[str, Any]], problem: str
) -> None:
    found = question_problems(
        question_type="multiple_choice", choices=choices, answer_format=answer_format, rules={}, rubric={}
    )

    assert found == [problem]


@pytest.mark.parametrize(
    ("question_type", "choices", "problem"),
    [
        ("multiple_choice", CHOICES[:1], "choices: a question of this type needs at least two"),
        ("matching", [*SIDES, {"id": "r2", "text": "d"}], 'choices[3].side: must be "left" or "right", since this is '
         "a matching question"),
    ],
)  # fmt: skip
def test_choices_must_suit_the_type(question_type: str, choices: list[dict[str, Any]], problem: str) -> None:
    rules = {
        "multiple_choice": {"kind": "choice", "correct": ["c1"]},
        "matching": {"kind": "matching", "pairs": {"l1": "r1", "l2": "r1"}},
    }

    found = question_problems(
        question_type=question_type, choices=choices, answer_format={}, rules=rules[question_type], rubric={}
    )

    assert found[0] == problem


def test_a_question_without_the_choices_that_its_key_names_is_refused() -> None:
    found = question_problems(
        question_type="multiple_choice",
        choices=None,
        answer_format={},
        rules={"kind": "choice", "correct": ["c1"]},
        rubric={},
    )

    assert found == ["rules.correct: there is no choice 'c1'"]


@pytest.mark.parametrize("choices", [["Alpha"], [{"id": "c1"}], [{"id": 1, "text": "A"}], {"id": "c1"}])
def test_choices_of_another_shape_are_named_and_nothing_breaks(choices: Any) -> None:
    found = question_problems(
        question_type="multiple_choice",
        choices=choices,
        answer_format={},
        rules={"kind": "choice", "correct": ["c1"]},
        rubric={},
    )

    assert found
    assert all(problem.startswith("choices") for problem in found)


@pytest.mark.parametrize(
    ("key", "answer_format", "problem"),
    [
        (
            {"value": "0", "relative_tolerance": "0.1"}, {},
            "rules.relative_tolerance: no answer but 0 itself is within a share of 0; state an absolute_tolerance",
        ),
        ({"unit_factors": {"g": "0.001"}}, {}, "rules.unit_factors: say in rules.unit which unit they count in"),
        (
            {"unit": "kg", "unit_factors": {"kg": "2"}}, {},
            "rules.unit_factors: 'kg' is the unit of the key, which counts 1",
        ),
        (
            {"unit": "kg"}, {"units": ["kg", "lb"]},
            "rules.unit_factors: students may answer in 'lb', which the key does not know",
        ),
        (
            {}, {"units": ["kg", "lb"]},
            "rules.unit: students are told a unit; say which one the key is in, or any other would do as well",
        ),
        (
            {}, {"unit": "kg"},
            "rules.unit: students are told a unit; say which one the key is in, or any other would do as well",
        ),
    ],
)  # fmt: skip
def test_units_that_contradict_each_other_are_named(
    key: dict[str, Any], answer_format: dict[str, Any], problem: str
) -> None:
    found = question_problems(
        question_type="numeric",
        choices=None,
        answer_format=answer_format,
        rules={"kind": "numeric", "value": "1", **key},
        rubric={},
    )

    assert found == [problem]


def test_an_essay_cannot_ask_for_more_words_than_it_allows() -> None:
    found = question_problems(
        question_type="essay",
        choices=None,
        answer_format={"min_words": 300, "max_words": 80},
        rules={},
        rubric=RUBRIC,
    )

    assert found == ["answer_format.min_words: is more than max_words"]


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        (["A", "\u200b ", "B"], "choices[1].text: holds nothing that can be seen"),
        (["A", "B", " A\u00a0"], "choices[2].text: looks like that of choices[0]"),
        (["a b", "a\u200b  b", "c"], "choices[1].text: looks like that of choices[0]"),
    ],
)
def test_choices_that_students_cannot_tell_apart_are_named(texts: list[str], problem: str) -> None:
    choices = [{"id": f"c{at}", "text": text} for at, text in enumerate(texts, 1)]
    key = {"kind": "choice", "correct": ["c1"]}

    found = question_problems(
        question_type="multiple_choice", choices=choices, answer_format={}, rules=key, rubric={}
    )

    assert found == [problem]


def test_choices_that_differ_in_case_or_stand_on_other_sides_are_told_apart() -> None:
    sides = [
        {"id": "z", "text": "Volt", "side": "left"},
        {"id": "y", "text": "volt", "side": "left"},
        {"id": "b", "text": "Volt", "side": "right"},
        {"id": "c", "text": "1", "side": "right"},
    ]
    key = {"kind": "matching", "pairs": {"z": "b", "y": "c"}}

    found = question_problems(question_type="matching", choices=sides, answer_format={}, rules=key, rubric={})

    assert found == []
