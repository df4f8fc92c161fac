"""How well credentials serve needs, by the levels that they lead to, and how alike they are in that.

`recommendations.fusion` says what it is for.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Final

from recommendations.gaps import MAX_IMPORTANCE, Need

# Levels by skill key, as what can be compared and looked up.
Shape = tuple[tuple[str, float], ...]
FULL_STEP: Final = 1.5
REACH: Final = 2.0
REACH_SLOPE: Final = 0.4
LEAST_REACH: Final = 0.1


class Fits:
    """How well credentials serve the same needs; worked out once for all that lead to the same levels."""

    def __init__(self, needs: Sequence[Need]) -> None:
        self._needs = needs
        self._known: dict[Shape, float] = {}
        # With the levels themselves, so that no others get their id meanwhile.
        self._seen: dict[int, tuple[Mapping[str, float], Shape, float]] = {}
        self._served: dict[Shape, tuple[Need, ...]] = {}

    def of(self, levels: Mapping[str, float]) -> float:
        """Return what `gap_fit` does."""
        return self._told(levels)[2]

    def shape(self, levels: Mapping[str, float]) -> Shape:
        """Return what `shape_of` does."""
        return self._told(levels)[1]

    def _told(self, levels: Mapping[str, float]) -> tuple[Mapping[str, float], Shape, float]:
        found = self._seen.get(id(levels))
        if found is None:
            shape = shape_of(levels)
            if shape not in self._known:
                self._known[shape] = gap_fit(self._needs, levels)
            found = self._seen[id(levels)] = levels, shape, self._known[shape]
        return found

    def served(self, shape: Shape) -> tuple[Need, ...]:
        """Return the needs that are served by leading to these levels, the best served first."""
        found = self._served.get(shape)
        if found is None:
            found = self._served[shape] = _served(dict(shape), self._needs)
        return found


def need_fit(need: Need, reached: float) -> float:
    """Return how well a credential that leads to ``reached`` serves the need, from 0 to 1."""
    gain = min(1.0, max(0.0, min(reached, need.target) - need.level) / FULL_STEP)
    beyond = max(0.0, reached - need.level - REACH)
    weight = need.trust * need.importance / MAX_IMPORTANCE
    return weight * gain * max(LEAST_REACH, 1.0 - REACH_SLOPE * beyond)


def gap_fit(needs: Sequence[Need], levels: Mapping[str, float]) -> float:
    """Return how well a credential that leads to ``levels`` serves all needs together, from 0 to 1."""
    return 1.0 - prod(
        1.0 - need_fit(need, levels[need.skill_key]) for need in needs if need.skill_key in levels
    )


def shape_of(levels: Mapping[str, float]) -> Shape:
    """Return levels in the order of their skills, the same for equal ones."""
    return tuple(levels.items()) if len(levels) < 2 else tuple(sorted(levels.items()))


def overlap(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return how alike two credentials are in what they bring, from 0 to 1 (weighted Jaccard)."""
    if one.keys().isdisjoint(other):
        return 0.0
    # In a fixed order, so that the sums come out the same to the last bit in every process.
    skills = sorted(one.keys() | other.keys())
    shared = sum(min(one.get(skill, 0.0), other.get(skill, 0.0)) for skill in skills)
    return shared / sum(max(one.get(skill, 0.0), other.get(skill, 0.0)) for skill in skills)


def _served(levels: Mapping[str, float], needs: Sequence[Need]) -> tuple[Need, ...]:
    fits = {
        need.skill_key: need_fit(need, levels[need.skill_key]) for need in needs if need.skill_key in levels
    }
    serving = (need for need in needs if fits.get(need.skill_key, 0.0) > 0)
    return tuple(sorted(serving, key=lambda need: (-fits[need.skill_key], need.skill_key)))
