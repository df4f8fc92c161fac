"""The start page of the administration: what waits for somebody, and how things went lately, as each app tells it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string

from microcred.registry import FIGURES, SIGNS

DAYS_SHOWN: Final = 14
_GROUND: Final = 0.01
_MARGIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that waits for an administrator, in a sentence, and the address where it is done.

    ``is_fault`` says that something does not work; the rest is work.
    """

    text: str
    where: str = ""
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it is called, what to compare it with, and where there is more."""

    name: str
    value: str
    note: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of a chart that is 1 high and 1 wide for each day, measured from its upper left corner."""

    day: dt.date
    number: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Daily:
    """How many there were on each of the last days, the latest last."""

    name: str
    numbers: Sequence[tuple[dt.date, int]]

    @property
    def most(self) -> int:
        """The greatest of them, at least 1."""
        return max(1, *(number for _, number in self.numbers))

    @property
    def bars(self) -> Sequence[Bar]:
        """A column for each day; one without any is a line on the ground."""
        heights = [max(_GROUND, round(number / self.most, 3)) for _, number in self.numbers]
        return [
            Bar(day, number, place + _MARGIN, round(1 - height, 3), height)
            for place, ((day, number), height) in enumerate(zip(self.numbers, heights, strict=True))
        ]


def pluralize(number: int, one: str, more: str) -> str:
    """Return a number with the words that go with it; ``more`` goes with all but 1."""
    return f"{number:,} {one if number == 1 else more}"


def longest(since: dt.datetime | None, *, now: dt.datetime) -> str:
    """Return for how many days the first of several has waited, to be put behind them; empty below one day."""
    days = max(0, (now - since).days) if since else 0
    return f", the longest for {pluralize(days, 'day', 'days')}" if days else ""


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the page shows to its context."""
    now = timezone.now()
    signs = [*_told(SIGNS, now)]
    figures = [*_told(FIGURES, now)]
    return context | {
        "faults": [sign for sign in signs if sign.is_fault],
        "work": [sign for sign in signs if not sign.is_fault],
        "figures": [one for one in figures if isinstance(one, Figure)],
        "charts": [one for one in figures if isinstance(one, Daily)],
    }


def _told(functions: Iterable[str], now: dt.datetime) -> Iterable[Any]:
    for function in functions:
        yield from import_string(function)(now=now)
