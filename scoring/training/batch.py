"""Answers to one question as figures that mean the same for every question.

Standardised inside the batch, a figure says how an answer compares with the others: longer
than most, less usual, nearer to what most write about.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.training.blocks import Standardizer, root
from scoring.training.familiarity import document_counts, familiarity
from scoring.training.features import FEATURES
from scoring.training.reading import Reading
from scoring.training.relevance import UNSURE_BELOW, bounded, distances, most
from scoring.training.task_likeness import TASK

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StandardizedBatch:
    """`counts` (n, figures), the last columns likeness to the batch and those of `TASK`,
    `inner` (n, width) of the inner layers, which answers are `strange`, and the standing above
    which none is scored (`most`)."""

    counts: Matrix
    inner: Matrix
    strange: NDArray[np.bool_]
    most: Vector

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


def standing(reading: Reading) -> StandardizedBatch:
    """The batch, each figure standardised inside it."""
    documents = document_counts(reading.runs)
    raw = _raw_counts(reading, documents)
    counts = Standardizer.of(raw)(raw)
    odd, distance = (
        reading.odd(documents, len(reading), among=True),
        distances(reading.meaning, reading.on_prompt),
    )
    return StandardizedBatch(
        counts,
        Standardizer.of(reading.inner)(reading.inner),
        strange=odd | (distance < UNSURE_BELOW),
        most=bounded(most(distance), odd, reading.blank),
    )


def _raw_counts(reading: Reading, documents: NDArray[np.int32]) -> Matrix:
    """The figures of an answer among its batch, not standardised."""
    middle = reading.meaning.mean(axis=0)
    near = reading.meaning @ (middle / (np.sqrt(middle @ middle) or 1.0))
    usual = familiarity(reading.runs, documents, len(reading), among=True)
    return root(np.column_stack([reading.counted, usual, near, reading.on_task]))


def alone_counts(reading: Reading) -> Matrix:
    """The figures that an answer has by itself, whatever it was asked for."""
    return root(reading.counted)


def standardised(values: Vector) -> Vector:
    """Mean 0 and standard deviation 1; all 0 where nothing varies."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))
