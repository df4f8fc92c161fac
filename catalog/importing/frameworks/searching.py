"""Finds occupations by what people call them."""

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from math import log
from typing import Final

from catalog.importing.frameworks.framework import Occupation
from catalog.importing.frameworks.words import folded, stems

MOST: Final = 20
# What a word of another title, and of the description, counts beside one of the title.
_OTHER_TITLE: Final = 0.9
_DESCRIPTION: Final = 0.3
_LEAST: Final = 0.2


def found(occupations: Sequence[Occupation], query: str, *, most: int = MOST) -> list[Occupation]:
    """Return occupations by a code, a title or words, the best first.

    Each title is compared by its words, rare ones counting more: by those that it shares with the query as a part of
    all that stand in either (weighted Jaccard).
    """
    coded = [one for one in occupations if folded(one.code) == folded(query)]
    if coded:
        return coded
    asked = set(stems(query))
    if not asked:
        return []
    frequent = Counter(stem for one in occupations for stem in {*stems(f"{one.title} {one.description}")})
    weights = {stem: log(1 + len(occupations) / (1 + count)) for stem, count in frequent.items()}
    rare = log(1 + len(occupations))
    scored = [(_score(one, asked, weights, rare), one) for one in occupations]
    scored.sort(key=lambda pair: (-pair[0], pair[1].code))
    return [one for score, one in scored[:most] if score >= _LEAST * _DESCRIPTION]


def near(occupations: Sequence[Occupation], code: str, *, most: int = 5) -> list[Occupation]:
    """Return occupations that somebody may have meant by a code that is not there."""
    by_code = {one.code: one for one in occupations}
    close = get_close_matches(code, by_code, n=most, cutoff=0.8)
    return [by_code[one] for one in close] or found(occupations, code, most=most)


def _score(one: Occupation, asked: set[str], weights: dict[str, float], rare: float) -> float:
    def weigh(words: set[str]) -> float:
        return sum(weights.get(word, rare) for word in words)

    def alike(title: str) -> float:
        words = set(stems(title))
        return weigh(words & asked) / weigh(words | asked)

    best = max([alike(one.title), *(_OTHER_TITLE * alike(title) for title in one.other_titles)])
    told = weigh(asked & set(stems(one.description))) / weigh(asked)
    return best + _DESCRIPTION * told
