"""Answers to one question as figures that mean the same for every question.

Standardised inside the batch, a figure says how an answer compares with the others: longer
than most, less usual, nearer to what most write about.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.blocks import Standard, root
from scoring.training.familiarity import document_counts, familiarity
from scoring.training.features import FEATURES
from scoring.training.reading import Reading
from scoring.training.task_likeness import TASK

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LOW: Final = -1.3
STRANGE: Final = -4.5
# The standard deviation of a normal distribution by its median absolute deviation.
_OF_NORMAL: Final = 1.4826
_LOWEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class Standing:
    """`counts` (n, figures), the last columns likeness to the batch and those of `TASK`,
    `inner` (n, width) of the inner layers, and which answers are `strange`."""

    counts: Matrix
    inner: Matrix
    strange: NDArray[np.bool_]

    def figure(self, name: str) -> Vector:
        """One of `FEATURES`."""
        return self.counts[:, FEATURES.index(name)]

    @property
    def on_batch(self) -> Vector:
        """Likeness in meaning to the middle of the batch."""
        return self.counts[:, -1 - len(TASK)]

    def on_task(self, name: str) -> Vector:
        """One of `TASK`, 0 for all without prompt or rubric."""
        return self.counts[:, TASK.index(name) - len(TASK)]


@dataclass(frozen=True, slots=True)
class Scored:
    """For each answer its `score` and whether it is `strange`: no score of it can be relied on."""

    score: Vector
    strange: NDArray[np.bool_]


def standing(reading: Reading) -> Standing:
    """The batch, each figure standardised inside it."""
    documents = document_counts(reading.runs)
    raw = _raw_counts(reading, documents)
    counts = Standard.of(raw)(raw)
    strange = reading.odd(documents, len(reading), among=True) | _off_subject(raw[:, -1 - len(TASK)])
    return Standing(counts, Standard.of(reading.inner)(reading.inner), strange)


def _off_subject(likeness: Vector) -> NDArray[np.bool_]:
    """Answers that are less like the batch than answers differ. The median and the absolute
    deviations from it do not move with a few answers to another question."""
    away = likeness - np.median(likeness)
    usual = _OF_NORMAL * float(np.median(np.abs(away)))
    off: NDArray[np.bool_] = (away < STRANGE * usual) & (usual > 0)
    return off


def _raw_counts(reading: Reading, documents: NDArray[np.int32]) -> Matrix:
    """The figures of an answer among its batch, not standardised."""
    middle = reading.meaning.mean(axis=0)
    near = reading.meaning @ (middle / (np.sqrt(middle @ middle) or 1.0))
    usual = familiarity(reading.runs, documents, len(reading), among=True)
    return root(np.column_stack([reading.counted, usual, near, reading.on_task]))


def alone_counts(reading: Reading) -> Matrix:
    """The figures that an answer has by itself, without a batch."""
    return root(np.column_stack([reading.counted, reading.on_task]))


def standardised(values: Vector) -> Vector:
    """Mean 0 and standard deviation 1; all 0 where nothing varies."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))


def held_down(values: Vector, strange: NDArray[np.bool_], blank: NDArray[np.bool_]) -> Vector:
    """`values` in standard deviations, low ones for strange answers, as low as can be for blank ones."""
    return np.where(blank, -_LOWEST, np.where(strange, np.minimum(values, LOW), values))
