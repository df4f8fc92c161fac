"""Texts that are worth no more than the answer they were made from."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.essays import precheck
from scoring.essays.judgement import Judgement
from scoring.golden.variants import misses, variants_of
from tests.scoring.essays import samples

BASE = samples.essay(samples.STRONG, question_id="base")
VARIANTS = {variant.kind: variant for variant in variants_of(BASE, "A foreign answer.")}


def test_there_are_five_of_them() -> None:
    texts = {kind: variant.task.answer for kind, variant in VARIANTS.items()}

    assert (texts["empty"], texts["prompt"], texts["foreign"]) == ("", BASE.prompt, "A foreign answer.")
    assert len(texts["repeated"]) >= len(BASE.answer)
    assert sorted(texts["shuffled"].split()) == sorted(BASE.answer.split())
    assert texts["shuffled"] != BASE.answer


@pytest.mark.parametrize("kind", ["empty", "prompt", "repeated"])
def test_three_are_decided_by_code(kind: str) -> None:
    assert precheck.decide(VARIANTS[kind].task) is not None


def judged(score: str, uncertainty: float, outcome: str = "scored") -> Judgement:
    return Judgement(
        "", outcome, (), Decimal(score), Decimal(6), Decimal(6), "local", "", "", uncertainty=uncertainty  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("of_variant", "must_be_unsure", "found"),
    [
        (judged("3.00", 0.5), True, ()),
        (judged("3.01", 0.9), True, ("base/shuffled: 3.01 above 3.00",)),
        (judged("1.00", 0.4), True, ("base/shuffled: as sure as of the essay itself",)),
        (judged("1.00", 0.4), False, ()),
        (judged("0.00", 0.0, "decided_by_code"), True, ()),
    ],
)
def test_a_rise_and_missing_doubt_are_named(
    of_variant: Judgement, must_be_unsure: bool, found: tuple[str, ...]
) -> None:
    known = {"base": judged("3.00", 0.4), "base/shuffled": of_variant}

    assert misses([VARIANTS["shuffled"]], known, must_be_unsure=must_be_unsure) == found


def test_doubt_that_is_as_great_as_can_be_need_not_grow() -> None:
    known = {"base": judged("3.00", 0.9), "base/shuffled": replace(judged("1.00", 0.9))}

    assert misses([VARIANTS["shuffled"]], known, must_be_unsure=True) == ()
