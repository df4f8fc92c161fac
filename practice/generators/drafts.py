"""What a generator hands on: a task in words, with its answer worked out in plain arithmetic."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

from practice.generators import plain

T = TypeVar("T")
Value = Fraction | Decimal
# Stands in a solution where the answer is to be written.
ANSWER: Final = "@@"
POINTS: Final = "percentage points"
# What a unit is called beside, by the unit that a key counts in.
OTHER_UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "EUR": {"€": "1", "euro": "1", "euros": "1", "cents": "0.01", "cent": "0.01"},
    "%": {"percent": "1", "per cent": "1"},
    POINTS: {"percentage point": "1", "%": "1", "percent": "1"},
    "degrees": {"degree": "1", "°": "1"},
    "days": {"day": "1", "d": "1"},
    "hours": {"hour": "1", "h": "1"},
    "minutes": {"minute": "1", "min": "1"},
    "km/h": {"kmh": "1", "kph": "1"},
    "litres": {"litre": "1", "liters": "1", "liter": "1", "l": "1"},
    "kg": {"kilograms": "1", "kilogram": "1"},
}


class Draws:
    """Draws from a seed, the same ones for ever: only `random` of a generator is promised to stay."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a task that can be told again, no secret

    def whole(self, low: int, high: int, step: int = 1) -> int:
        """One of low, low + step, ..., high."""
        return low + step * int(self._random.random() * ((high - low) // step + 1))

    def one(self, things: Sequence[T]) -> T:
        """One of the things."""
        return things[self.whole(0, len(things) - 1)]

    def wholes(self, count: int, low: int, high: int, step: int = 1) -> list[int]:
        """As many different ones of low, low + step, ..., high, in any order."""
        drawn: list[int] = []
        while len(drawn) < count:
            found = self.whole(low, high, step)
            if found not in drawn:
                drawn.append(found)
        return drawn


@dataclass(frozen=True, slots=True)
class Worked:
    """An answer, and the formula ("plain.ratio") and the numbers it came of, for SymPy to work it out again."""

    value: Value
    formula: str
    numbers: tuple[Any, ...]
    options: Mapping[str, Any]


def work(formula: Callable[..., Value], *numbers: Any, **options: Any) -> Worked:
    """Answer by a function of `practice.generators.plain` or `plain_statistics`."""
    module = formula.__module__.rpartition(".")[2]
    return Worked(formula(*numbers, **options), f"{module}.{formula.__name__}", numbers, options)


@dataclass(frozen=True, slots=True)
class Draft:
    """A task: `places` are the decimals that are asked for where the answer has more.

    `listed` says that the answer may be a number of the prompt, as a median is.
    """

    prompt: str
    answer: Worked
    hints: tuple[str, ...]
    solution: str
    places: int = 2
    unit: str = ""
    listed: bool = False

    @property
    def rounded(self) -> Decimal:
        """The answer with the decimals that are asked for, halves up."""
        value = self.answer.value
        whole = plain.decimal(value) if isinstance(value, Fraction) else value
        return whole.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)

    @property
    def is_exact(self) -> bool:
        """Whether nothing was rounded off."""
        value = self.answer.value
        return value == (Fraction(self.rounded) if isinstance(value, Fraction) else self.rounded)


Writer = Callable[[Draws], Draft]


@dataclass(frozen=True, slots=True)
class Generator:
    """Tasks of one kind for a skill, by difficulty."""

    skill: str
    levels: Mapping[int, Writer]


def figure(value: Fraction | Decimal | int) -> str:
    """A number as people read it: commas between thousands, no zeros at the end."""
    written = Decimal(value) if isinstance(value, int | Decimal) else plain.decimal(value)
    text = f"{written:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def about(value: Fraction | Decimal | int, places: int = 4) -> str:
    """A number of a solution on the way to its answer, rounded."""
    written = plain.decimal(value) if isinstance(value, Fraction) else Decimal(value)
    return figure(written.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def listed(values: Sequence[Any]) -> str:
    """ "3, 5 and 8"."""
    texts = [figure(value) for value in values]
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def added(values: Sequence[Any]) -> str:
    """ "3 + 5 + 8"."""
    return " + ".join(figure(value) for value in values)


def products(left: Sequence[Any], right: Sequence[Any]) -> str:
    """ "2 × 3 + 4 × 5", negative numbers in brackets."""
    pairs = zip(left, right, strict=True)
    return " + ".join(f"{bracketed(one)} × {bracketed(other)}" for one, other in pairs)


def bracketed(value: Fraction | int) -> str:
    """A number within a sum."""
    return f"({figure(value)})" if value < 0 else figure(value)
