"""What is wrong with a practice item is said in words; the bank that comes along has nothing wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from practice.item_schema import file_problems, item_problems, model_answer

SEED_DATA = Path(__file__).resolve().parents[2] / "practice" / "seed_data"
NUMBER: dict[str, Any] = {
    "key": "tins-per-box",
    "type": "numeric",
    "prompt": "A box holds 4 rows of 6 tins. How many tins are that?",
    "rules": {"kind": "numeric", "value": "24"},
    "hints": ["Rows times tins in a row."],
    "solution": "4 rows of 6 tins are 4 × 6 = 24 tins.",
    "difficulty": 1,
    "seconds": 30,
}
CHOICE = NUMBER | {
    "type": "multiple_choice",
    "prompt": "Which clause filters groups?",
    "choices": [{"id": "c1", "text": "WHERE"}, {"id": "c2", "text": "HAVING"}],
    "rules": {"kind": "choice", "correct": ["c2"]},
}
TEXT = NUMBER | {
    "type": "short_text",
    "prompt": "What is the middle value of an ordered list called?",
    "rules": {
        "kind": "short_text",
        "accepted": [{"text": "median"}, {"pattern": "the med.*", "credit": "0.5"}],
    },
}
ORDER = NUMBER | {
    "type": "ordering",
    "prompt": "Put the steps in order.",
    "choices": [{"id": "a", "text": "plan"}, {"id": "b", "text": "do"}, {"id": "c", "text": "check"}],
    "rules": {"kind": "ordering", "order": ["b", "a", "c"]},
}
PAIRS = NUMBER | {
    "type": "matching",
    "prompt": "Which picture suits which question?",
    "choices": [
        {"id": "l1", "text": "change over time", "side": "left"},
        {"id": "l2", "text": "shares of a whole", "side": "left"},
        {"id": "r1", "text": "stacked bar", "side": "right"},
        {"id": "r2", "text": "line chart", "side": "right"},
    ],
    "rules": {"kind": "matching", "pairs": {"l1": "r2", "l2": "r1"}},
}


@pytest.mark.parametrize("item", [NUMBER, CHOICE, TEXT, ORDER, PAIRS], ids=lambda item: item["type"])
def test_an_item_of_each_type_is_as_it_should_be(item: dict[str, Any]) -> None:
    assert item_problems(item) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "essay"}, "type: 'essay' is not one of"),
        ({"hints": []}, "hints: [] should be non-empty"),
        ({"hints": ["a", "b", "c", "d", "e"]}, "hints: ['a', 'b', 'c', 'd', 'e'] is too long"),
        ({"hints": [" "]}, "hints.0: ' ' does not match"),
        ({"hints": ["one\ntwo"]}, "hints.0: 'one\\ntwo' does not match"),
        ({"hints": ["one\n"]}, "hints.0: 'one\\n' does not match"),
        ({"solution": ""}, "solution: '' does not match"),
        ({"solution": "x" * 10_001}, "solution: has more than 10000 characters"),
        ({"prompt": "x" * 10_001}, "prompt: has more than 10000 characters"),
        ({"hints": ["x" * 1_001]}, "hints.0: has more than 1000 characters"),
        ({"difficulty": 11}, "difficulty: 11 is greater than the maximum of 10"),
        ({"seconds": 5}, "seconds: 5 is less than the minimum of 10"),
        ({"key": "Tins"}, "key: 'Tins' does not match"),
        ({"weight": "1"}, "(whole): Additional properties are not allowed ('weight' was unexpected)"),
        ({"rules": {"kind": "numeric"}}, "rules: 'value' is a required property"),
        ({"answer_format": {"unit": "tins"}}, "rules.unit: students are told a unit"),
        ({"answer_format": {"colour": "red"}}, "answer_format: Additional properties"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], problem: str) -> None:
    (found,) = item_problems(NUMBER | change)

    assert found.startswith(problem)


def test_an_item_must_say_all_that_is_asked_of_it() -> None:
    assert item_problems({}) == [
        f"(whole): '{name}' is a required property"
        for name in ("key", "type", "prompt", "rules", "hints", "solution", "difficulty", "seconds")
    ]


@pytest.mark.parametrize(
    ("item", "hint", "found"),
    [
        (NUMBER, "It is 24 of them.", "names the number 24"),
        (NUMBER, "It is 24.0.", "names the number 24"),
        (NUMBER, "What is 4 × 6?", None),
        (NUMBER, "There are not 240 or 1.24.", None),
        (NUMBER | {"prompt": "Is it 24 or 25?"}, "Try 24 first.", None),
        (
            NUMBER | {"rules": {"kind": "numeric", "value": "1240.5"}},
            "About 1,240.50 in all.",
            "names the number 1240.5",
        ),
        (CHOICE, "Having  comes after GROUP BY.", "names the correct choice 'c2'"),
        (CHOICE, "It is not WHERE.", None),
        (CHOICE, "It has to do with behaving.", None),
        (TEXT, "Look for the “Median”.", "names the accepted text 'median'"),
        (TEXT, "It is no mean.", None),
        (ORDER, "First do, then plan, then check.", "names everything in its order"),
        (ORDER, "To plan, do and check are three steps.", None),
        (PAIRS, "A line chart shows change over time.", "names 'l1' and its partner 'r2'"),
        (PAIRS, "A line chart has an axis.", None),
    ],
)
def test_no_hint_may_tell_the_answer(item: dict[str, Any], hint: str, found: str | None) -> None:
    problems = item_problems(item | {"hints": ["Think.", hint]})

    assert problems == ([] if found is None else [f"hints[1]: gives the answer away: it {found}"])


def test_a_right_answer_that_the_form_refuses_is_named() -> None:
    item = TEXT | {"answer_format": {"max_chars": 3}}

    assert item_problems(item) == [
        "rules: the right answer itself would be refused: answer.text: must have at most 3 characters"
    ]


def test_a_text_must_earn_everything_so_that_it_can_be_shown() -> None:
    item = TEXT | {"rules": {"kind": "short_text", "accepted": [{"pattern": "med.*"}]}}

    assert item_problems(item) == [
        "rules.accepted: no text earns all the points, so nobody can be shown a right answer"
    ]


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        (NUMBER, {"value": "24", "unit": None}),
        (CHOICE, {"choice_ids": ["c2"]}),
        (TEXT, {"text": "median"}),
        (ORDER, {"order": ["b", "a", "c"]}),
        (PAIRS, {"pairs": {"l1": "r2", "l2": "r1"}}),
    ],
    ids=lambda value: value.get("type", ""),
)
def test_the_answer_that_a_key_asks_for_is_found(item: dict[str, Any], answer: dict[str, Any]) -> None:
    assert model_answer(item["rules"]) == answer


def test_a_file_says_whose_items_it_holds() -> None:
    assert file_problems({"skill": "sql", "items": [{}]}) == []
    assert file_problems({"items": []}) == [
        "(whole): 'skill' is a required property",
        "items: [] should be non-empty",
    ]
    assert file_problems([]) == ["(whole): [] is not of type 'object'"]


@pytest.mark.parametrize("path", sorted(SEED_DATA.glob("*.json")), ids=lambda path: path.stem)
def test_the_bank_that_comes_along_has_nothing_wrong(path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))

    assert file_problems(content) == []
    assert content["skill"] == path.stem
    assert {item["key"]: item_problems(item) for item in content["items"]} == {
        item["key"]: [] for item in content["items"]
    }


def test_the_example_of_the_guide_can_be_loaded() -> None:
    guide = (SEED_DATA.parents[1] / "docs/guides/curator.md").read_text("utf-8")
    content = json.loads(
        guide.partition("## Practice items")[2].partition("```json\n")[2].partition("```")[0]
    )

    assert file_problems(content) == []
    assert [item_problems(item) for item in content["items"]] == [[]]
