"""Boosted regression trees, fitted by scikit-learn and kept as plain arrays.

The arrays are all that a prediction needs, so that a stored scorer is data and never code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

TREES: Final = 250
DEPTH: Final = 3
RATE: Final = 0.05
FOLDS: Final = 5
SEED: Final = 20_261_120


@dataclass(frozen=True, slots=True)
class Trees:
    """`TREES` trees, padded to one shape (trees, nodes). A leaf has `left` -1; `base` is what
    no tree adds to."""

    base: float
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: Matrix
    value: Matrix

    def predict(self, rows: Matrix) -> Vector:
        """Shape (len(rows),)."""
        # scikit-learn compares in single precision.
        narrow = rows.astype(np.float32)
        total = np.full(len(rows), self.base)
        every = np.arange(len(rows))
        for tree in range(len(self.left)):
            node = np.zeros(len(rows), np.int32)
            for _ in range(DEPTH):
                inner = self.left[tree, node] >= 0
                goes_left = narrow[every, self.feature[tree, node]] <= self.threshold[tree, node]
                onward = np.where(goes_left, self.left[tree, node], self.right[tree, node])
                node = np.where(inner, onward, node)
            total += self.value[tree, node]
        return total


def fit(rows: Matrix, target: Vector) -> Trees:
    """Fit to rows of shape (n, figures)."""
    grown = _grow(rows, target)
    trees = [stage[0].tree_ for stage in grown.estimators_]
    nodes = max(tree.node_count for tree in trees)
    feature = _padded([tree.feature for tree in trees], nodes, 0).astype(np.int32)
    return Trees(
        base=float(target.mean()),
        left=_padded([tree.children_left for tree in trees], nodes, -1).astype(np.int32),
        right=_padded([tree.children_right for tree in trees], nodes, -1).astype(np.int32),
        feature=np.maximum(feature, 0),
        threshold=_padded([tree.threshold for tree in trees], nodes, 0),
        value=RATE * _padded([tree.value[:, 0, 0] for tree in trees], nodes, 0),
    )


def left_out(rows: Matrix, target: Vector, parts: Sequence[NDArray[np.intp]] = ()) -> Vector:
    """What each row is given by trees that were fitted without its part; `FOLDS` parts are made."""
    from sklearn.model_selection import KFold

    found = np.zeros(len(rows))
    for held in parts or [held for _, held in KFold(FOLDS, shuffle=True, random_state=SEED).split(rows)]:
        kept = np.setdiff1d(np.arange(len(rows)), held)
        found[held] = _grow(rows[kept], target[kept]).predict(rows[held])
    return found


def _grow(rows: Matrix, target: Vector) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    return GradientBoostingRegressor(
        n_estimators=TREES, max_depth=DEPTH, learning_rate=RATE, subsample=0.6, max_features=0.12,
        min_samples_leaf=5, random_state=SEED,
    ).fit(rows, target)  # fmt: skip


def _padded(arrays: list[NDArray[np.float64]], size: int, filler: float) -> Matrix:
    table = np.full((len(arrays), size), filler, float)
    for row, array in zip(table, arrays, strict=True):
        row[: len(array)] = array
    return table
