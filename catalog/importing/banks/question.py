"""A question as another system's file states it, in terms that all of these systems share."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

WHOLE: Final = Decimal(1)
MAX_ENTRIES: Final = 5_000


class BankInvalid(ValueError):
    """A file is no question bank that can be read; the message says why, for the person who chose it."""


class UnsupportedQuestion(Exception):
    """A question cannot be taken over; the message says why, for the person who chose the file."""


@dataclass(frozen=True)
class Option:
    """What may be chosen; ``credit`` is the part of the points it gives, below zero where it takes some away."""

    text: str
    credit: Decimal
    feedback: str = ""


@dataclass(frozen=True)
class ChoiceTask:
    """Choose one option, or ``several``; ``is_exact`` where points are given for exactly the right ones only."""

    options: tuple[Option, ...]
    several: bool = False
    is_exact: bool = False


@dataclass(frozen=True)
class Range:
    """Numbers from ``least`` to ``most``, both included, and the part of the points that they give."""

    least: Decimal
    most: Decimal
    credit: Decimal = WHOLE


@dataclass(frozen=True)
class NumericTask:
    """Give a number; ``units`` says how many of the answer's unit each named unit is."""

    ranges: tuple[Range, ...]
    units: Mapping[str, Decimal] | None = None


@dataclass(frozen=True)
class Accepted:
    """A text that gives ``credit``, a part of the points; ``*`` in it is any text where it ``has_wildcards``."""

    text: str
    credit: Decimal = WHOLE
    has_wildcards: bool = False


@dataclass(frozen=True)
class ShortTextTask:
    """Give a short text."""

    accepted: tuple[Accepted, ...]
    case_sensitive: bool = False


@dataclass(frozen=True)
class MatchingTask:
    """Find the partner of each left text; ``others`` are texts on the right that are nobody's."""

    pairs: tuple[tuple[str, str], ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderingTask:
    """Put texts in order; ``texts`` stand in the right one."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class EssayItemTask:
    """Write an essay; what its graders look for, and an answer that has it, are empty where nothing is said."""

    looked_for: str = ""
    model_answer: str = ""
    min_words: int | None = None
    max_words: int | None = None


Task = ChoiceTask | NumericTask | ShortTextTask | MatchingTask | OrderingTask | EssayItemTask


@dataclass(frozen=True)
class BankQuestion:
    """A question; texts are plain. ``place`` says where in the file it stands, ``name`` what it is called there.

    ``feedback`` is what every student reads after the result; ``notes`` name what of the question is not taken over.
    """

    place: str
    name: str
    prompt: str
    task: Task
    weight: Decimal = WHOLE
    feedback: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Something in a file that cannot be taken over, and why, for the person who chose the file."""

    place: str
    name: str
    reason: str


@dataclass(frozen=True)
class Bank:
    """What a file holds, in its order, at most ``MAX_ENTRIES``; ``format`` is the name of what it is written in."""

    format: str
    entries: tuple[BankQuestion | LeftOut, ...]
