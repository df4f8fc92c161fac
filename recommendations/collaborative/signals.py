"""What a signal is: a score for every item, given what somebody took before.

A signal knows items only, never who took them, so it answers for a history that it has not seen.
"""

from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative.interactions import Histories, Rows

Scores = NDArray[np.float32]
_ROWS: Final = 512


class Signal(Protocol):
    """Scores that are never negative: 0 says that the signal knows nothing for the item."""

    @property
    def name(self) -> str:
        """The name that weights and reports go by."""
        ...

    def scores(self, histories: Histories) -> Scores:
        """Return float32 of shape (len(histories), items)."""
        ...


@dataclass(frozen=True, slots=True)
class ConstantSignal:
    """The same scores, of shape (items,), whatever the history."""

    name: str
    values: Scores

    def scores(self, histories: Histories) -> Scores:
        """Return the values once for each history."""
        return np.repeat(self.values[None, :], len(histories), axis=0)


@dataclass(frozen=True, slots=True)
class ItemToItem:
    """The sum of what each item of the history says of the others; ``weights`` (items, items) is dense or CSR."""

    name: str
    weights: Any
    by_recency: bool = False

    def scores(self, histories: Histories) -> Scores:
        """Return the sums, negative ones as 0."""
        known = histories.recent if self.by_recency else histories.seen
        found = known @ self.weights
        dense = found if isinstance(found, np.ndarray) else found.toarray()
        return np.maximum(np.asarray(dense, np.float32), 0.0)


@dataclass(frozen=True, slots=True)
class Among:
    """Dense item-to-item ``weights`` between some ``items`` only; the others of all ``n_items`` score 0."""

    name: str
    weights: Scores
    items: Rows
    n_items: int

    def scores(self, histories: Histories) -> Scores:
        """Return the sums, negative ones as 0."""
        found = np.zeros((len(histories), self.n_items), np.float32)
        found[:, self.items] = np.maximum(histories.seen[:, self.items] @ self.weights, 0.0)
        return found


@dataclass(frozen=True, slots=True)
class LowRank:
    """Item-to-item weights as a product of ``into`` (items, k) and ``out`` (k, items)."""

    name: str
    into: Scores
    out: Scores

    def scores(self, histories: Histories) -> Scores:
        """Return the sums, negative ones as 0."""
        return np.maximum(np.asarray(histories.seen @ self.into) @ self.out, 0.0)


def tabulated(signal: Signal, *, n_items: int) -> ItemToItem:
    """Return the same as a table of items by items (4 bytes each), for a signal that is a sum over the history."""
    from scipy import sparse

    weights = np.empty((n_items, n_items), np.float32)
    everything = sparse.identity(n_items, np.float32, format="csr")
    for start in range(0, n_items, _ROWS):
        rows = everything[start : start + _ROWS]
        weights[start : start + _ROWS] = signal.scores(Histories(rows, rows))
    return ItemToItem(signal.name, weights)
