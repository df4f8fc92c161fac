"""Made items: fair, answered by their keys, the same for the same seed, and checked by somebody else's arithmetic."""

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from assessments.answers import normalise
from practice import generators
from practice.generators import GENERATORS, GeneratorFailed, agrees, make, plain, plain_statistics
from practice.generators.drafts import ANSWER, Draft, Draws, Generator, work
from practice.item_schema import item_problems, model_answer
from scoring.rules import score_answer
from tests.test_architecture import ROOT, imports

ALL = [(name, level) for name, one in GENERATORS.items() for level in one.levels]
SEEDS = range(1, 31)
FROZEN = json.loads((Path(__file__).parent / "frozen.json").read_text("utf-8"))
SIDES: dict[str, Any] = {"plain": plain, "plain_statistics": plain_statistics}


def earned(item: dict[str, Any], answer: dict[str, Any]) -> Decimal:
    given = normalise(item["type"], (), item["answer_format"], answer)
    return score_answer(item["type"], item["rules"], given, Decimal(1)).score


@pytest.mark.parametrize(("generator", "level"), ALL)
def test_every_seed_makes_a_fair_item_of_its_own(generator: str, level: int) -> None:
    items = [make(generator, level, seed) for seed in SEEDS]

    assert {item["key"]: item_problems(item) for item in items} == {
        f"{generator}-{level}-{seed}": [] for seed in SEEDS
    }
    assert len({item["prompt"] for item in items}) == len(SEEDS)
    assert {item["difficulty"] for item in items} == {level}
    assert all(2 <= len(item["hints"]) <= 3 for item in items)


@pytest.mark.parametrize(("generator", "level"), ALL)
def test_the_key_takes_the_right_answer_and_no_other(generator: str, level: int) -> None:
    for seed in SEEDS:
        item = make(generator, level, seed)
        right, rules = model_answer(item["rules"]), item["rules"]
        assert right is not None
        off = 3 * Decimal(rules.get("absolute_tolerance", "0.01"))

        assert earned(item, right) == 1, item["key"]
        for wrong in (Decimal(rules["value"]) + off, Decimal(rules["value"]) - off, -Decimal(rules["value"])):
            assert earned(item, right | {"value": str(wrong)}) == 0, item["key"]


@pytest.mark.parametrize(("generator", "level"), ALL)
def test_numbers_and_words_are_written_out(generator: str, level: int) -> None:
    for seed in SEEDS:
        item = make(generator, level, seed)
        rules, text = item["rules"], " ".join([item["prompt"], *item["hints"], item["solution"]])
        value = Decimal(rules["value"])
        places = max(0, -int(value.as_tuple().exponent))

        assert f"{value:,}" in item["solution"], item["key"]
        assert places <= 4, item["key"]
        assert ("absolute_tolerance" in rules) == ("Round to" in item["prompt"]), item["key"]
        assert not any(mark in text for mark in (ANSWER, "Fraction", "Decimal", "{", "}", "  ")), item["key"]


@pytest.mark.parametrize(("generator", "level"), [("mean", 3), ("break-even", 7)])
def test_counts_and_costs_are_never_below_zero(generator: str, level: int) -> None:
    items = [make(generator, level, seed) for seed in range(1, 201)]

    assert [
        item["key"] for item in items if Decimal(item["rules"]["value"]) < 0 or " -" in item["prompt"]
    ] == []


def test_the_same_seed_makes_the_same_item_for_ever() -> None:
    assert make("linear-equation", 2, 3) == {
        "key": "linear-equation-2-3",
        "type": "numeric",
        "prompt": "A data service costs 20 EUR a month and 7 EUR for each gigabyte. The bill is 265 EUR. How many "
        "gigabytes were billed?",
        "answer_format": {},
        "rules": {"kind": "numeric", "value": "35"},
        "hints": [
            "How much of the bill is left without the fixed part?",
            "How often does the price per unit go into that?",
        ],
        "solution": "7 x + 20 = 265, so 7 x = 245 and x = 245 / 7 = 35 gigabytes.",
        "difficulty": 2,
        "seconds": 90,
    }
    assert make("cost-per-result", 7, 3) == {
        "key": "cost-per-result-7-3",
        "type": "numeric",
        "prompt": "An order brings 60 EUR, of which 43 % are left after the costs of the goods. 4.2 % of the clicks on "
        "a social network lead to an order. What may a click cost at most, in EUR, so that the campaign makes no loss? "
        "Round to two decimals.",
        "answer_format": {"unit": "EUR"},
        "rules": {
            "kind": "numeric",
            "value": "1.08",
            "absolute_tolerance": "0.01",
            "unit": "EUR",
            "unit_factors": {"€": "1", "euro": "1", "euros": "1", "cents": "0.01", "cent": "0.01"},
        },
        "hints": [
            "How much is left of an order before advertising?",
            "How much of that does a single click bring on average?",
        ],
        "solution": "An order leaves 0.43 × 60 = 25.80 EUR. A click brings 0.042 × 25.8 ≈ 1.08 EUR on average, and may "
        "cost no more.",
        "difficulty": 7,
        "seconds": 215,
    }


def test_no_generator_has_come_to_other_numbers() -> None:
    made = (make(generator, level, seed) for generator, level in ALL for seed in (1, 2))

    assert {item["key"]: item["rules"]["value"] for item in made} == FROZEN


@pytest.mark.parametrize(("generator", "level"), ALL)
def test_sympy_finds_an_answer_that_the_arithmetic_has_wrong(
    generator: str, level: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, name = GENERATORS[generator].levels[level](Draws("any")).answer.formula.partition(".")
    right: Callable[..., Any] = getattr(SIDES[module], name)

    @functools.wraps(right)
    def wrong(*numbers: Any, **options: Any) -> Any:
        value = right(*numbers, **options)
        return value + (Fraction(1) if isinstance(value, Fraction) else Decimal("1e-20"))

    monkeypatch.setattr(SIDES[module], name, wrong)

    with pytest.raises(GeneratorFailed, match=rf"^{generator}-{level}-1: SymPy does not come to "):
        make(generator, level, 1)


@pytest.mark.parametrize(("side", "other"), [("plain", "symbolic"), ("symbolic", "plain")])
def test_neither_side_of_the_check_knows_the_other(side: str, other: str) -> None:
    paths = sorted((ROOT / "practice" / "generators").glob(f"{side}*.py"))

    assert len(paths) == 2
    assert [name for path in paths for name in imports(path) if other in name or "drafts" in name] == []


def test_an_exact_answer_must_be_equal_and_a_root_nearly() -> None:
    exact = work(plain.ratio, 1, 3)
    root = work(plain.power, 2, Fraction(1, 2))

    assert agrees(exact)
    assert not agrees(replace(exact, value=Fraction(1, 3) + Fraction(1, 10**40)))
    assert root.value == pytest.approx(Decimal(2).sqrt())


@pytest.mark.parametrize(("generator", "level"), [("mean", 9), ("alchemy", 1)])
def test_what_no_generator_makes_is_refused(generator: str, level: int) -> None:
    with pytest.raises(GeneratorFailed, match=f"{generator}-{level}-1: there is no such generator"):
        make(generator, level, 1)


@pytest.mark.parametrize(
    "draft",
    [
        Draft("What is 1 less 1?", work(plain.difference, 1, 1), ("Think.",), ANSWER),
        Draft("What is half of 4, less nothing: 4, 2, 8?", work(plain.ratio, 4, 2), ("Think.",), ANSWER),
        Draft("What is a third of 1, as a number?", work(plain.ratio, 1, 3), ("Think.",), ANSWER, places=1),
        Draft("What is half of 4?", work(plain.ratio, 4, 2), ("It is 2.",), ANSWER),
    ],
    ids=["nothing", "stands in the prompt", "rounded to one digit", "told by a hint"],
)
def test_a_task_that_is_not_fair_is_drawn_again_and_at_last_refused(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Draws] = []

    def writer(draws: Draws) -> Draft:
        drawn.append(draws)
        return draft

    monkeypatch.setattr(generators, "GENERATORS", {"unfair": Generator("statistics", {1: writer})})

    with pytest.raises(GeneratorFailed, match="unfair-1-1: none of 60 draws makes a fair task"):
        make("unfair", 1, 1)
    assert len(drawn) == generators.TRIES


def test_generators_serve_skills_of_the_catalog_at_difficulties_of_the_scale() -> None:
    listed = json.loads((ROOT / "catalog/seed_data/skills.json").read_text("utf-8"))["skills"]

    assert {one.skill for one in GENERATORS.values()} <= {skill["key"] for skill in listed}
    assert {level for _, level in ALL} == set(range(1, 11))
