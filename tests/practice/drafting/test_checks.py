"""What rules alone tell of an item."""

import json
from typing import Any

import pytest

from practice.drafting import writing
from practice.drafting.checks import CHECKS, without_model
from tests.fakes.item_writer import written

NUMBER: dict[str, Any] = {
    "type": "numeric", "prompt": "A bill of 1,200 euros is due in 3 parts. How many euros is one part?", "choices": [],
    "correct": [], "value": "400", "unit": "euros", "solution": "1,200 / 3 = 400 euros.", "hints": ["All are equal."],
}  # fmt: skip
WORDS: dict[str, Any] = {
    "type": "short_text", "prompt": "Which clause of a query keeps only some of its groups?", "choices": [],
    "correct": [], "accepted": ["having"], "hints": ["It comes after GROUP BY."],
}  # fmt: skip


def item(**changed: Any) -> dict[str, Any]:
    return {"key": "k", **writing.read(json.dumps({"items": [written(**changed)]}), most=1)[0]}


def choices(*texts: str) -> list[dict[str, str]]:
    return [{"id": f"c{at}", "text": text, "side": ""} for at, text in enumerate(texts, start=1)]


def failed(content: dict[str, Any]) -> dict[str, list[str]]:
    return {one.name: list(one.problems) for one in without_model(content) if not one.passed}


@pytest.mark.parametrize("sound", [{}, NUMBER, WORDS], ids=["choice", "number", "words"])
def test_a_sound_item_passes_every_check(sound: dict[str, Any]) -> None:
    results = without_model(item(**sound))

    assert [one.name for one in results] == ["schema", *CHECKS]
    assert all(one.passed for one in results)


def test_an_item_of_the_wrong_shape_is_looked_at_no_further() -> None:
    results = without_model(item(correct=["c9"]))

    assert [one.name for one in results] == ["schema"]
    assert not results[0].passed


@pytest.mark.parametrize(
    ("changed", "check", "problem"),
    [
        (
            {"choices": choices("A view", "a view.", "An index", "A row")},
            "distinct_choices", "choices 'c1' and 'c2' say the same",
        ),
        (
            {"hints": ["It is HAVING count(*) > 5."]}, "giveaways",
            "hints[0]: gives the answer away: it names the correct choice 'c3'",
        ),
        (
            WORDS | {"prompt": "Which clause, such as HAVING, keeps groups?"}, "giveaways",
            "prompt: names the accepted text 'having'",
        ),
        (NUMBER | {"unit": ""}, "numbers", "rules: the prompt asks for a unit ('How many euros'), the key has none"),
        (
            NUMBER | {"prompt": "A bill of 1.200 euros is due in 3 parts. How many euros is one part?"}, "numbers",
            "prompt: '1.200' may be a thousand or a decimal",
        ),
        (
            NUMBER | {"prompt": "A litre costs 1,5 euros. How many euros do 200 litres cost?"}, "numbers",
            "prompt: '1,5' may be a decimal or two numbers",
        ),
        (
            NUMBER | {"value": "400.25", "solution": "It is 400.25."}, "numbers",
            "rules: a number with decimals needs a tolerance, for answers are rounded in different ways",
        ),
        (NUMBER | {"tolerance": "100"}, "numbers", "rules: a tolerance of 100 takes numbers more than a twentieth off"),
        (NUMBER | {"tolerance": "100"}, "wrong_earns_less", "440 earns everything as well"),
        (NUMBER | {"value": "500"}, "solution_agrees", "solution: does not come to the key 500"),
        ({"prompt": "Which one is it?"}, "lengths", "prompt: has 16 characters; 20 to 1200 are right"),
        ({"prompt": " ".join(["word"] * 46) + "?"}, "readable", "prompt: a sentence has 46 words; 45 are the most"),
    ],
)  # fmt: skip
def test_what_is_broken_fails_its_check_and_says_why(
    changed: dict[str, Any], check: str, problem: str
) -> None:
    assert problem in failed(item(**changed))[check]


@pytest.mark.parametrize(
    ("prompt", "solution", "choice", "problems"),
    [
        (20, 2000, 300, []),
        (1200, 2000, 300, []),
        (19, 2000, 300, ["prompt: has 19 characters; 20 to 1200 are right"]),
        (1201, 2000, 300, ["prompt: has 1201 characters; 20 to 1200 are right"]),
        (20, 2001, 300, ["solution: has more than 2000 characters"]),
        (20, 2000, 301, ["choice 'c4': has more than 300 characters"]),
    ],
)
def test_texts_are_as_long_as_people_write_them(
    prompt: int, solution: int, choice: int, problems: list[str]
) -> None:
    sound = item()
    sound |= {"prompt": "p" * prompt, "solution": "s" * solution}
    sound["choices"][3]["text"] = "c" * choice

    assert failed(sound).get("lengths", []) == problems


@pytest.mark.parametrize(("words", "is_readable"), [(45, True), (46, False)])
def test_each_sentence_counts_by_itself(words: int, is_readable: bool) -> None:
    short = "Read this. "

    assert ("readable" not in failed(item(prompt=f"{short}{'word ' * (words - 1)}end?"))) is is_readable


@pytest.mark.parametrize(("tolerance", "is_narrow"), [("20", True), ("20.1", False)])
def test_a_tolerance_may_be_a_twentieth(tolerance: str, is_narrow: bool) -> None:
    assert ("numbers" not in failed(item(**NUMBER | {"tolerance": tolerance}))) is is_narrow


@pytest.mark.parametrize(
    ("value", "tolerance", "taken"),
    [
        ("400", "801", {"801", "-401", "440"}),
        ("400", "401", {"801", "440"}),
        ("400", "400", {"440"}),
        ("-2", "3", {"-3", "1", "-1.8"}),
        ("0.5", "0.1", {"0.6"}),
        ("0.5", "0.09", set()),
    ],
)
def test_numbers_that_are_plainly_wrong_are_tried(value: str, tolerance: str, taken: set[str]) -> None:
    """Twice the key and one more, its opposite less one, and a tenth more, of at least .1."""
    content = item(**NUMBER)
    content["rules"] |= {"value": value, "absolute_tolerance": tolerance}

    found = failed(content).get("wrong_earns_less", [])

    assert {one.split(" ")[0] for one in found} == taken


def test_a_pattern_that_takes_anything_is_found() -> None:
    content = item(**WORDS)
    content["rules"]["accepted"].append({"pattern": "[a-z ]+"})

    assert "'something else' earns everything as well" in failed(content)["wrong_earns_less"]


@pytest.mark.parametrize(
    "solution", ["It takes four of them.", "So the fourth is it.", "It is $4.", "It is 4%.", "x=4"]
)
def test_a_solution_may_say_its_number_in_words_or_with_signs(solution: str) -> None:
    content = item(
        **NUMBER
        | {
            "value": "4",
            "unit": "",
            "prompt": "A box holds 2 rows of 2 tins. How many tins?",
            "solution": solution,
        }
    )

    assert failed(content) == {}


@pytest.mark.parametrize(
    "prompt", ["Which number is 0.125 times 8,000, rounded?", "Sort 1, 2, 3 and 12,345 by size, please."]
)
def test_numbers_that_read_in_one_way_are_left_alone(prompt: str) -> None:
    assert failed(item(prompt=prompt)) == {}
