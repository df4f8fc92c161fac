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

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LOW: Final = -1.3
STRANGE: Final = -3.5


@dataclass(frozen=True, slots=True)
class Standing:
    """`counts` (n, figures), the last two columns likeness to the batch and to the prompt,
    and `inner` (n, width) of the inner layers."""

    counts: Matrix
    inner: Matrix

    def figure(self, name: str) -> Vector:
        """One of `FEATURES`."""
        return self.counts[:, FEATURES.index(name)]

    @property
    def on_batch(self) -> Vector:
        """Likeness in meaning to the middle of the batch."""
        return self.counts[:, -2]

    @property
    def on_prompt(self) -> Vector:
        """Likeness in meaning to the prompt, the same for all without one."""
        return self.counts[:, -1]


def standing(reading: Reading) -> Standing:
    """The batch, each figure standardised inside it."""
    raw = raw_counts(reading)
    return Standing(Standard.of(raw)(raw), Standard.of(reading.inner)(reading.inner))


def raw_counts(reading: Reading) -> Matrix:
    """The figures of an answer among its batch, not standardised."""
    middle = reading.meaning.mean(axis=0)
    near = reading.meaning @ (middle / (np.sqrt(middle @ middle) or 1.0))
    usual = familiarity(reading.runs, document_counts(reading.runs), len(reading), among=True)
    return root(np.column_stack([reading.counted, usual, near, reading.on_prompt]))


def alone_counts(reading: Reading) -> Matrix:
    """The figures that an answer has by itself, without a batch."""
    return root(np.column_stack([reading.counted, reading.on_prompt]))


def standardised(values: Vector) -> Vector:
    """Mean 0 and standard deviation 1; all 0 where nothing varies."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))


def held_down(values: Vector, reading: Reading, on_batch: Vector | None = None) -> Vector:
    """`values` in standard deviations, low ones for disordered answers and for those that are
    about something else than the batch; as low as can be without words."""
    odd = reading.disordered if on_batch is None else reading.disordered | (on_batch < STRANGE)
    low = np.where(odd, np.minimum(values, LOW), values)
    return np.where(reading.blank, -np.inf, low)
