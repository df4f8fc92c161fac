"""Which of several scores of one answer counts. Nothing else decides it.

A person's score outranks a model's, a model's outranks what code or rules gave; among equals the newest counts.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

Score = TypeVar("Score")

RULE: Final = "rule"
RANKS: Final[Mapping[str, int]] = {"human": 3, "model": 2, "local": 2, "code": 1, RULE: 1}


@dataclass(frozen=True, slots=True)
class CandidateScore(Generic[Score]):
    """A score of the answer ``about``: who or what gave it, and its place in time among those of its source."""

    about: Hashable
    source: str
    order: tuple[Any, ...]
    score: Score


def effective(scores: Iterable[CandidateScore[Score]]) -> dict[Any, Score]:
    """Return the score that counts for every answer that has one; raises ``KeyError`` for an unknown source."""
    chosen: dict[Hashable, CandidateScore[Score]] = {}
    for one in scores:
        standing = chosen.get(one.about)
        if standing is None or _binding(one) > _binding(standing):
            chosen[one.about] = one
    return {about: one.score for about, one in chosen.items()}


def _binding(given: CandidateScore[Any]) -> tuple[int, tuple[Any, ...]]:
    return RANKS[given.source], given.order
