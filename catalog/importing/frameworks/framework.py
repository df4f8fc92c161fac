"""Occupations and skills as a framework states them, in terms that O*NET and ESCO share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

NO_NAME: Final = "It has no name."


class FrameworkInvalid(ValueError):
    """A file is no release of a framework that can be read; the message says why, for the person who chose it."""


@dataclass(frozen=True)
class Source:
    """A framework: ``field`` is the column of a skill that has its ids, ``credit`` what its licence asks to be said."""

    name: str
    field: str
    credit: str


@dataclass(frozen=True)
class Occupation:
    """A job; ``code`` is the O*NET-SOC code or the ESCO address."""

    code: str
    title: str
    description: str = ""
    other_titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Concept:
    """A skill, piece of knowledge, ability or technology; several technologies may share the id of their kind."""

    id: str
    name: str
    description: str = ""
    kind: str = ""
    other_names: tuple[str, ...] = ()
    shares_id: bool = False


@dataclass(frozen=True)
class Demand:
    """What an occupation asks of a skill, on our scales: ``importance`` 1 to 5, ``target`` 1 to 5 in quarters.

    ``said`` is what the framework says of it, and ``weight`` orders the demands, the most important first.
    """

    concept: Concept
    importance: int
    target: Decimal
    said: str
    weight: tuple[float | str, ...]


@dataclass(frozen=True)
class NotAsked:
    """A skill of an occupation that is not taken over, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Profile:
    """An occupation with what it asks for, the most important first, and what of it is left out."""

    occupation: Occupation
    demands: tuple[Demand, ...]
    left_out: tuple[NotAsked, ...]


class Framework(Protocol):
    """A release that was opened; what it is asked for is read then. Every method may raise FrameworkInvalid."""

    @property
    def source(self) -> Source:
        """Return whose it is."""
        ...

    def occupations(self) -> Sequence[Occupation]:
        """Return all occupations."""
        ...

    def profiles(self, codes: Collection[str], *, level: Decimal) -> Mapping[str, Profile]:
        """Return the profiles of occupations; ``level`` is the target where the framework states none."""
        ...

    def concepts(self) -> Sequence[Concept]:
        """Return every skill that ours may be linked to, by its id."""
        ...
