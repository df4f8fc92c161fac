"""The learned blend for one learner at a time: what a history of credentials says of the others.

Credentials that fewer than ``MIN_HOLDERS`` learners hold are no items, and there is no blend at all below
``MIN_LEARNERS`` learners with two items or more: what little is known would be about somebody. A blend knows items
only, so an answer takes as long for a hundred learners as for a hundred thousand.

A score is a share of the highest among what the learner does not hold, from 0 to 1. Few credentials say little, so
beside the scores of learners with a like profile it counts by ``n / (n + HISTORY_PRIOR)`` for n credentials known::

    neighbours = (1 - share) * by profile + share * by history
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative.blend import Blend, Weights
from recommendations.collaborative.interactions import RECENCY, Rows
from recommendations.collaborative.signals import Among, ConstantSignal, ItemToItem, LowRank, Scores, Signal

Item = TypeVar("Item", bound=Hashable)
MIN_LEARNERS: Final = 100
MIN_HOLDERS: Final = 3
HISTORY_PRIOR: Final = 2.0


class NotServed(TypeError):
    """A signal of a kind that has no tables of its own; it is tabulated first."""


@dataclass(frozen=True, slots=True)
class HistoryScores(Generic[Item]):
    """What one history says: by signal and item the part that is weighed, and the highest sum for an item not held.

    ``known`` counts the items of the history that the blend knows.
    """

    weights: Mapping[str, float]
    parts: NDArray[np.floating[Any]]
    places: Mapping[Item, int]
    highest: float
    known: int

    @property
    def share(self) -> float:
        """How much the history counts beside the profile, from 0 to below 1."""
        return self.known / (self.known + HISTORY_PRIOR)

    def parts_of(self, item: Item) -> dict[str, float]:
        """What the score of an item is made of, by signal; nothing for one that the blend does not know."""
        place = self.places.get(item)
        if place is None:
            return {}
        return {name: float(self.parts[row, place]) for row, name in enumerate(self.weights)}

    def score(self, item: Item) -> float:
        """The score of an item, from 0 to 1; 0 for one that the blend does not know."""
        return score_of(self.parts_of(item), self.weights, self.highest)


@dataclass(frozen=True, slots=True)
class ServedBlend(Generic[Item]):
    """A fitted blend over ``items``, in the order of its tables."""

    blend: Blend
    items: Sequence[Item]
    places: Mapping[Item, int]

    @classmethod
    def of(cls, blend: Blend, items: Sequence[Item]) -> "ServedBlend[Item]":
        """Leave out what has no weight."""
        weighed = [signal for signal in blend.signals if blend.weights[signal.name] > 0]
        kept = Weights({one.name: blend.weights[one.name] for one in weighed}, blend.fitted.of_shares)
        places = {item: place for place, item in enumerate(items)}
        return cls(Blend(blend.name, weighed, kept), items, places)

    def ask(self, history: Iterable[Item]) -> HistoryScores[Item]:
        """Say what a history (the oldest first) says of every item."""
        held = [self.places[item] for item in dict.fromkeys(history) if item in self.places]
        parts = self._parts(held)
        weights = self.blend.weights
        total = np.array(list(weights.values()), np.float64) @ parts
        total[held] = 0.0
        return HistoryScores(weights, parts, self.places, float(total.max(initial=0.0)), len(held))

    def best(self, history: Sequence[Item], limit: int) -> list[Item]:
        """The items that a learner with this history does not hold, the highest score first."""
        held = [self.places[item] for item in dict.fromkeys(history) if item in self.places]
        total = np.array(list(self.blend.weights.values()), np.float32) @ self._parts(held)
        total[held] = -np.inf
        number = min(limit, len(total) - len(held))
        first = np.argpartition(-total, max(0, number - 1))[:number]
        return [self.items[place] for place in first[np.lexsort((first, -total[first]))]]

    def _parts(self, held: Sequence[int]) -> NDArray[np.floating[Any]]:
        if not held or not self.blend.signals:
            return np.zeros((len(self.blend.signals), len(self.places)))
        rows = np.asarray(held, np.intp)
        known = np.stack([_of_one(signal, rows) for signal in self.blend.signals])
        if not self.blend.fitted.of_shares:
            return known
        unseen = known.copy()
        unseen[:, rows] = 0.0
        highest = unseen.max(axis=1, keepdims=True)
        return np.asarray(np.divide(known, highest, out=np.zeros_like(known), where=highest > 0))


def score_of(parts: Mapping[str, float], weights: Mapping[str, float], highest: float) -> float:
    """Add parts up, beside the highest sum; the same numbers always make the same score."""
    if not parts or highest <= 0:
        return 0.0
    return min(1.0, max(0.0, sum(weights[name] * parts[name] for name in sorted(parts)) / highest))


def mixed(by_profile: float, by_history: float, share: float) -> float:
    """Return the score of a credential by both; ``share`` is how much the history counts."""
    return (1.0 - share) * by_profile + share * by_history


def items_of(histories: Iterable[Collection[Item]]) -> list[Item]:
    """The items that enough learners hold, in a fixed order."""
    holders: dict[Item, int] = {}
    for one in histories:
        for item in set(one):
            holders[item] = holders.get(item, 0) + 1
    return sorted((item for item, number in holders.items() if number >= MIN_HOLDERS), key=str)


def _of_one(signal: Signal, held: Rows) -> Scores:
    """What a signal says of every item for one history, the oldest first: the same as its ``scores``, without what
    these spend on matrices of a single row."""
    match signal:
        case ConstantSignal(values=values):
            return values
        case LowRank(into=into, out=out):
            found = into[held].sum(axis=0) @ out
        case Among(weights=weights, items=items, n_items=n_items):
            places = np.searchsorted(items, held)
            places[places == len(items)] = 0
            found = np.zeros(n_items, np.float32)
            found[items] = weights[places[items[places] == held]].sum(axis=0)
        case ItemToItem(weights=weights, by_recency=by_recency):
            counts = RECENCY ** np.arange(len(held))[::-1] if by_recency else np.ones(len(held))
            found = _weighed_rows(weights, held, counts.astype(np.float32))
        case _:
            raise NotServed(signal.name)
    return np.maximum(np.asarray(found, np.float32), 0.0)


def _weighed_rows(table: Any, rows: Rows, counts: Scores) -> Scores:
    if isinstance(table, np.ndarray):
        return np.asarray(counts @ table[rows], np.float32)
    found = np.zeros(table.shape[1], np.float32)
    for row, count in zip(rows, counts, strict=True):
        own = slice(table.indptr[row], table.indptr[row + 1])
        found[table.indices[own]] += count * table.data[own]
    return found
