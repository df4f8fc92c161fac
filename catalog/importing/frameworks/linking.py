"""Suggests which skill of a framework one of ours is: of the same name first, then the nearest by words and meaning."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt
from typing import Final

from catalog.importing.frameworks.framework import Concept
from catalog.importing.frameworks.words import folded, stems

MOST: Final = 3
# What the words of a name count, beside those of name and description together.
_NAME: Final = 0.6
# What meaning counts beside words, where it is known; and what is too little to be shown.
_MEANING: Final = 0.7
LEAST: Final = 0.3
_MOST_NEAR: Final = 0.94
_READ: Final = 100


class Why(StrEnum):
    """What a suggestion rests on."""

    SAME_NAME = "same name"
    OTHER_NAME = "same as another name of it"
    NEAR = "near"


# Another name is often a wider one: of thinking creatively, ESCO says that some call it design.
_SURE: Final = {Why.SAME_NAME: 1.0, Why.OTHER_NAME: 0.95}


@dataclass(frozen=True)
class UnlinkedSkill:
    """A skill of ours that lacks an id."""

    key: str
    name: str
    description: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What a skill may be called outside, and how near it comes: 1 for the same name, else below."""

    concept: Concept
    why: Why
    score: float


class Links:
    """The skills of a framework, to be compared with ours.

    Words are compared by the cosine of their weights, rare ones weighing more (TF-IDF): those of the nearest name count
    six parts in ten, those of name and description together four. Where meaning is known, it counts seven parts in ten
    of all. These parts were found by docs/reports/skill-links.md.
    """

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self.concepts = _without_doubles(concepts)
        self._named: dict[str, list[int]] = defaultdict(list)
        self._also_named: dict[str, list[int]] = defaultdict(list)
        for place, concept in enumerate(self.concepts):
            self._named[folded(concept.name)].append(place)
            for name in concept.other_names:
                self._also_named[folded(name)].append(place)
        places = list(enumerate(self.concepts))
        self._names = _Texts(
            (place, stems(name)) for place, one in places for name in (one.name, *one.other_names)
        )
        self._abouts = _Texts((place, stems(f"{one.name} {one.description}")) for place, one in places)

    def suggest(
        self, wanted: UnlinkedSkill, *, meaning: Sequence[float] | None = None, most: int = MOST
    ) -> list[Suggestion]:
        """Return the concepts that the skill may be, the nearest first; ``meaning`` is each one's cosine to it."""
        exact = self._exact(wanted)
        taken = {place for place, _ in exact}
        scored = sorted(self._scored(wanted, meaning).items(), key=lambda pair: (-pair[1], pair[0]))
        near = [
            Suggestion(self.concepts[place], Why.NEAR, round(min(score, _MOST_NEAR), 2))
            for place, score in scored
            if place not in taken and score >= LEAST
        ]
        return [*(Suggestion(self.concepts[place], why, _SURE[why]) for place, why in exact), *near][:most]

    def _exact(self, wanted: UnlinkedSkill) -> list[tuple[int, Why]]:
        name = folded(wanted.name)
        found = dict.fromkeys(self._named.get(name, ()), Why.SAME_NAME)
        for place in self._also_named.get(name, ()):
            found.setdefault(place, Why.OTHER_NAME)
        return list(found.items())

    def _scored(self, wanted: UnlinkedSkill, meaning: Sequence[float] | None) -> dict[int, float]:
        by_name = self._names.nearness(stems(wanted.name))
        by_all = self._abouts.nearness(stems(f"{wanted.name} {wanted.description}"))
        words = {
            place: _NAME * by_name.get(place, 0.0) + (1 - _NAME) * by_all.get(place, 0.0)
            for place in by_name.keys() | by_all.keys()
        }
        if meaning is None:
            return words
        return {
            place: (1 - _MEANING) * words.get(place, 0.0) + _MEANING * max(0.0, cosine)
            for place, cosine in enumerate(meaning)
        }


class _Texts:
    """Texts by their words, several of which may belong to one place.

    Kept as numbers: ESCO has 150,000 names and a million words, and web processes have little memory each.
    """

    def __init__(self, texts: Iterable[tuple[int, Sequence[str]]]) -> None:
        self._places = array("L")
        self._holding: dict[str, array[int]] = {}
        for number, (place, words) in enumerate(texts):
            self._places.append(place)
            for stem in set(words):
                self._holding.setdefault(stem, array("L")).append(number)
        count = len(self._places)
        self._rarity = {stem: log(1 + count / len(held)) for stem, held in self._holding.items()}
        self._unknown = log(2 + count)
        self._squares = array("d", bytes(8 * count))
        for stem, held in self._holding.items():
            square = self._rarity[stem] ** 2
            for number in held:
                self._squares[number] += square

    def nearness(self, words: Sequence[str]) -> dict[int, float]:
        """Return the cosine of the nearest text of each place that shares a word."""
        asked = {stem: self._rarity.get(stem, self._unknown) for stem in words}
        length = sqrt(sum(rarity * rarity for rarity in asked.values()))
        shared: dict[int, float] = defaultdict(float)
        for stem, rarity in asked.items():
            for number in self._holding.get(stem, ()):
                shared[number] += rarity * rarity
        best: dict[int, float] = {}
        for number, square in shared.items():
            place = self._places[number]
            best[place] = max(best.get(place, 0.0), square / (length * sqrt(self._squares[number])))
        return best


def text_of(name: str, description: str) -> str:
    """Return what an embedder is given of a skill: its name, and how its description begins."""
    return f"{name}: {description[:_READ]}" if description else name


def _without_doubles(concepts: Iterable[Concept]) -> list[Concept]:
    """Leave out what has the name and description of another; ESCO's groups stand in it with and without a last 0."""
    kept: dict[tuple[str, str], Concept] = {}
    for concept in sorted(concepts, key=lambda one: (len(one.id), one.id)):
        kept.setdefault((folded(concept.name), folded(concept.description)), concept)
    return list(kept.values())
