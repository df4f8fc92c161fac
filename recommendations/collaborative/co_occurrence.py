"""Signals from counting: how often items are taken, taken together, and taken one after the other."""

from typing import Any

import numpy as np

from recommendations.collaborative.interactions import Interactions
from recommendations.collaborative.signals import ConstantSignal, ItemToItem

# Stands for users who took neither item in the way expected, so that one shared user says little.
SHRINKAGE = 10.0
# Of those that follow an item the next says most: half as much for each further place.
NEXT = 0.5


def popularity(interactions: Interactions) -> ConstantSignal:
    """How many took the item, plus one, in logarithms: what is twice as popular is worth the same step more."""
    return ConstantSignal("popularity", np.log1p(interactions.counts).astype(np.float32))


def neighbours(interactions: Interactions, *, shrinkage: float = SHRINKAGE, name: str = "knn") -> ItemToItem:
    """Item neighbours by cosine, shrunk: together / (sqrt(count * count) + shrinkage)."""
    counts = interactions.counts
    together = _without_self(interactions.taken.T @ interactions.taken)
    data = together.data / (np.sqrt(counts[together.row] * counts[together.col]) + shrinkage)
    return ItemToItem(name, _matrix(together, data))


def transitions(interactions: Interactions, *, shrinkage: float = SHRINKAGE) -> ItemToItem | None:
    """How often an item followed another, soon after most; None where no times are known."""
    from scipy import sparse

    if interactions.times is None:
        return None
    before, after, steps = [], [], []
    for user in range(interactions.n_users):
        own = interactions.of_user(user)
        order = interactions.taken.indices[own][np.argsort(interactions.times[own], kind="stable")]
        first, second = np.triu_indices(min(len(order), 50), 1)
        before.append(order[first])
        after.append(order[second])
        steps.append(second - first)
    weight = NEXT ** (np.concatenate([*steps, np.zeros(0, np.intp)]) - 1.0)
    pairs = (np.concatenate([*before, np.zeros(0, np.intp)]), np.concatenate([*after, np.zeros(0, np.intp)]))
    followed = sparse.csr_matrix((weight, pairs), shape=(interactions.n_items,) * 2).tocoo()
    counts = interactions.counts
    data = followed.data / (np.sqrt(counts[followed.row] * counts[followed.col]) + shrinkage)
    return ItemToItem("transitions", _matrix(followed, data), by_recency=True)


def _without_self(together: Any) -> Any:
    from scipy import sparse

    entries = together.tocoo()
    others = entries.row != entries.col
    return sparse.coo_matrix(
        (entries.data[others], (entries.row[others], entries.col[others])), shape=entries.shape
    )


def _matrix(entries: Any, data: Any) -> Any:
    from scipy import sparse

    return sparse.csr_matrix((np.asarray(data, np.float32), (entries.row, entries.col)), shape=entries.shape)
