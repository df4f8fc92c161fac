"""The blocks of figures that a scorer compares answers by, each put on a common scale.

What the scales are is learned from the training answers (`fit_blocks`) and then only applied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.encoder import INNER_LAYERS
from scoring.training.familiarity import document_counts, familiarity
from scoring.training.reading import Reading

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

FARTHEST: Final = 4.0
LEAST_SPREAD: Final = 1e-6
COUNTS_REACH: Final = 0.3
LAYER_REACH: Final = 0.5
COMPONENTS: Final = 24
STRINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Standardizer:
    """Mean and spread of figures; applied, each lies within `FARTHEST` of 0.

    A figure that was the same for all says nothing, and is always 0.
    """

    mean: Vector
    spread: Vector

    @classmethod
    def of(cls, rows: Matrix) -> "Standardizer":
        """Those of the rows."""
        spread = rows.std(axis=0)
        return cls(rows.mean(axis=0), np.where(spread > LEAST_SPREAD, spread, np.inf))

    def __call__(self, rows: Matrix) -> Matrix:
        return np.clip((rows - self.mean) / self.spread, -FARTHEST, FARTHEST)


@dataclass(frozen=True, slots=True)
class Blocks:
    """The learned scales. `documents` is None where familiarity is not used."""

    counts: Standardizer
    layers: Standardizer
    documents: NDArray[np.int32]
    answers: int
    axes: Matrix


@dataclass(frozen=True, slots=True)
class Figures:
    """Answers on the scales of some `Blocks`: `counts` (n, figures), `layers` a matrix
    (n, width) for each inner layer, `meaning` (n, width) unit rows."""

    counts: Matrix
    layers: Sequence[Matrix]
    meaning: Matrix
    axes: Matrix

    @property
    def for_trees(self) -> Matrix:
        """Counts beside the main axes of the inner layers."""
        return np.hstack([self.counts, self.axes])


def fit_blocks(reading: Reading) -> tuple[Blocks, Figures]:
    """The scales of the training answers, and these on them."""
    documents = document_counts(reading.runs)
    answers = len(reading)
    counted = _counted(reading, documents, answers, among=True)
    layers = Standardizer.of(reading.inner)
    inner = layers(reading.inner)
    _, _, axes = np.linalg.svd(inner - inner.mean(axis=0), full_matrices=False)
    # An axis may come out in either direction; its largest component decides.
    kept = axes[:COMPONENTS]
    signs = np.sign(kept[np.arange(len(kept)), np.abs(kept).argmax(axis=1)])
    blocks = Blocks(Standardizer.of(counted), layers, documents, answers, kept * signs[:, None])
    return blocks, _figures(blocks, counted, reading)


def apply_blocks(blocks: Blocks, reading: Reading) -> Figures:
    """Other answers on the same scales."""
    return _figures(blocks, _counted(reading, blocks.documents, blocks.answers, among=False), reading)


def root(figures: Matrix) -> Matrix:
    """The square root that keeps the sign: counts spread less to the right."""
    return np.sign(figures) * np.sqrt(np.abs(figures))


def reach(left: Matrix, right: Matrix, gamma: float) -> Matrix:
    """The Gaussian kernel ``exp(-gamma * squared distance / figures)``, shape (left, right)."""
    squares = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1)[None, :] - 2 * left @ right.T
    kernel: Matrix = np.exp(-gamma * np.maximum(squares, 0) / left.shape[1])
    return kernel


def string_rows(reading: Reading) -> tuple[Any, Any, Any]:
    """Character and word n-grams as unit rows, and word n-grams as they are."""
    from sklearn.preprocessing import normalize

    return normalize(reading.characters), normalize(reading.words), reading.words


def string_kernels(reading: Reading) -> NDArray[np.float64]:
    """Shape (STRINGS, n, n): the string kernels among the answers, the last one unscaled."""
    return np.array([np.asarray((rows @ rows.T).todense(), float) for rows in string_rows(reading)])


def dense(rows: Any, weights: Vector) -> Vector:
    """A sparse matrix times a vector."""
    from scipy import sparse

    product: Vector = np.asarray(sparse.csr_matrix(rows) @ weights, float).ravel()
    return product


def layer_slices(width: int) -> list[slice]:
    """Where each inner layer stands in a row of `width` components."""
    size = width // INNER_LAYERS
    return [slice(at * size, (at + 1) * size) for at in range(INNER_LAYERS)]


def _counted(reading: Reading, documents: NDArray[np.int32], answers: int, *, among: bool) -> Matrix:
    usual = familiarity(reading.runs, documents, answers, among=among)
    return root(np.column_stack([reading.counted, usual, reading.on_task]))


def _figures(blocks: Blocks, counted: Matrix, reading: Reading) -> Figures:
    inner = blocks.layers(reading.inner)
    return Figures(
        counts=blocks.counts(counted),
        layers=[inner[:, part] for part in layer_slices(inner.shape[1])],
        meaning=reading.meaning,
        axes=inner @ blocks.axes.T / np.sqrt(inner.shape[1]),
    )
