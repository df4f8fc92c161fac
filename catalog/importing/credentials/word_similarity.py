"""Which skills of the catalog come nearest to a name that none of them has, by words.

A name's score is the greater of two figures from 0 to 1: how alike the names are letter by letter (the Dice coefficient
of their trigrams, with the beginnings and ends of words), and how much of the name's words the skill's name and
description hold, each word weighted by how few skills hold it (inverse document frequency).
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from catalog.importing.credentials.texts import folded
from catalog.importing.frameworks.words import stems

#: Below it more suggestions mislead than help.
LEAST: Final = 0.25
#: What the description says of a word counts less than what the name says.
_IN_DESCRIPTION: Final = 0.6


@dataclass(frozen=True)
class Near:
    """A skill of the catalog and how near it comes, from 0 to 1."""

    key: str
    name: str
    score: float


class Neighbourhood:
    """The skills of the catalog: key, name and description of each."""

    def __init__(self, skills: Iterable[tuple[str, str, str]]) -> None:
        self._skills = [
            (key, name, _trigrams(name), _words(f"{name} {key.replace('-', ' ')}"), _words(description))
            for key, name, description in skills
        ]
        held = Counter(word for *_, named, described in self._skills for word in named | described)
        count = len(self._skills) + 1
        self._weight = {word: math.log(count / number) + 1 for word, number in held.items()}
        self._rarest = math.log(count) + 1

    def nearest(self, name: str, most: int = 5) -> list[Near]:
        """Return the nearest skills, the nearest first, and none that is too far."""
        letters, words = _trigrams(name), _words(name)
        total = sum(self._weight.get(word, self._rarest) for word in words)
        found = []
        for key, called, own_letters, named, described in self._skills:
            shared = sum(
                self._weight[word] * (1 if word in named else _IN_DESCRIPTION)
                for word in words
                if word in named or word in described
            )
            alike = 2 * len(letters & own_letters) / ((len(letters) + len(own_letters)) or 1)
            score = max(alike, shared / total if total else 0)
            if score >= LEAST:
                found.append(Near(key, called, round(score, 2)))
        return sorted(found, key=lambda near: (-near.score, near.name))[:most]


def _words(text: str) -> frozenset[str]:
    return frozenset(stems(text))


def _trigrams(text: str) -> frozenset[str]:
    spaced = [f"  {word} " for word in folded(text).split()]
    return frozenset(word[at : at + 3] for word in spaced for at in range(len(word) - 2))
