"""Practice items that are made: drawn by a seed, worked out in plain arithmetic, and checked by SymPy.

Only commands make items. SymPy takes a second to load, so no process that answers requests or does jobs may
import this package.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import sympy

from practice.generators import (
    campaigns,
    chances,
    charts,
    describing,
    earned_value,
    money,
    quantities,
    sheets,
    symbolic,
    symbolic_statistics,
    uncertainty,
    websites,
)
from practice.generators.drafts import ANSWER, OTHER_UNITS, Draft, Draws, Generator, Worked, figure
from practice.hint_leaks import leaking_hints, numbers_in

GENERATORS: Final[Mapping[str, Generator]] = {
    **describing.GENERATORS,
    **chances.GENERATORS,
    **uncertainty.GENERATORS,
    **money.GENERATORS,
    **earned_value.GENERATORS,
    **websites.GENERATORS,
    **campaigns.GENERATORS,
    **quantities.GENERATORS,
    **sheets.GENERATORS,
    **charts.GENERATORS,
}
OTHER_SIDE: Final = {"plain": symbolic, "plain_statistics": symbolic_statistics}
# Draws of one seed until one makes a fair task; a generator that needs more of them is not well made.
TRIES: Final = 60
DIGITS: Final = 40
# How far two results of roots may be apart, as a part of their size.
NEAR: Final = Decimal("1e-30")
# The least answer in units of its last place, so that rounding costs no more than a hundredth of it.
LEAST_UNITS: Final = 50
FASTEST: Final = 40
MORE_SECONDS: Final = 25
NUMERALS: Final = ("a whole number", "one decimal", "two decimals", "three decimals", "four decimals")


class GeneratorFailed(ValueError):
    """A generator that is not there, makes no fair task, or of whose answer SymPy thinks otherwise."""


def make(generator: str, difficulty: int, seed: int) -> dict[str, Any]:
    """Make an item in the shape of `practice.item_schema.ITEM`; of the same seed it is the same for ever.

    Raises `GeneratorFailed`.
    """
    name = f"{generator}-{difficulty}-{seed}"
    writer = GENERATORS[generator].levels.get(difficulty) if generator in GENERATORS else None
    if writer is None:
        raise GeneratorFailed(f"{name}: there is no such generator of this difficulty")
    draws = Draws(name)
    for _ in range(TRIES):
        draft = writer(draws)
        item = _item(draft, name, difficulty)
        if _is_fair(draft, item):
            _check(draft.answer, name)
            return item
    raise GeneratorFailed(f"{name}: none of {TRIES} draws makes a fair task")


def agrees(answer: Worked) -> bool:
    """Whether SymPy, working it out its own way, comes to the same answer."""
    module, _, name = answer.formula.partition(".")
    found = getattr(OTHER_SIDE[module], name)(*answer.numbers, **answer.options)
    if isinstance(answer.value, Fraction):
        return bool(found == symbolic.exact(answer.value))
    other = Decimal(str(sympy.N(found, DIGITS)))
    return abs(other - answer.value) <= NEAR * max(abs(answer.value), Decimal(1))


def _check(answer: Worked, name: str) -> None:
    if not agrees(answer):
        raise GeneratorFailed(f"{name}: SymPy does not come to {answer.value}")


def _is_fair(draft: Draft, item: Mapping[str, Any]) -> bool:
    """Whether there is something to work out, of a size that rounding does not spoil, and no hint tells it."""
    value = draft.rounded
    told = not draft.listed and value in numbers_in(draft.prompt)
    coarse = not draft.is_exact and abs(value) < LEAST_UNITS * Decimal(1).scaleb(-draft.places)
    return bool(value) and not told and not coarse and not any(leaking_hints(item))


def _item(draft: Draft, name: str, difficulty: int) -> dict[str, Any]:
    value = draft.rounded
    rounding = "" if draft.is_exact else f" Round to {NUMERALS[draft.places]}."
    rules: dict[str, Any] = {"kind": "numeric", "value": _plain(value)}
    if not draft.is_exact:
        rules["absolute_tolerance"] = _plain(Decimal(1).scaleb(-draft.places))
    if draft.unit:
        rules["unit"] = draft.unit
        rules["unit_factors"] = dict(OTHER_UNITS.get(draft.unit, {}))
    return {
        "key": name,
        "type": "numeric",
        "prompt": _with_cents(draft.prompt) + rounding,
        "answer_format": {"unit": draft.unit} if draft.unit else {},
        "rules": rules,
        "hints": list(draft.hints),
        "solution": _solution(draft),
        "difficulty": difficulty,
        "seconds": FASTEST + MORE_SECONDS * difficulty,
    }


def _solution(draft: Draft) -> str:
    shown = figure(draft.rounded)
    solution = draft.solution
    if not draft.is_exact:
        solution = solution.replace(f"= {ANSWER}", f"≈ {ANSWER}")
        solution = re.sub(rf"(?<!≈ ){ANSWER}", f"about {ANSWER}", solution)
    return _with_cents(solution.replace(ANSWER, shown))


def _with_cents(text: str) -> str:
    """Amounts of money with both digits of their cents."""
    return re.sub(r"(?<=\d\.\d)(?= EUR)", "0", text)


def _plain(value: Decimal) -> str:
    """A number as keys write it."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
