"""How usual an answer's words and word runs are among other answers to the same question.

A word run that nobody else wrote is a slip, a digression or a find; a run that many wrote is
the common stock of an answer. Both tell of quality without a grammar.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training.reading import BUCKETS, RUNS

Matrix = NDArray[np.float64]
Runs = tuple[NDArray[np.int64], ...]

FIGURES: Final = 6
COMMON_SHARE: Final = 0.05


def document_counts(runs: Sequence[Runs]) -> NDArray[np.int32]:
    """In how many answers each bucket occurs, by length of run; shape (len(RUNS), BUCKETS)."""
    counts = np.zeros((len(RUNS), BUCKETS), np.int32)
    for answer in runs:
        for row, found in zip(counts, answer, strict=True):
            row[np.unique(found)] += 1
    return counts


def familiarity(runs: Sequence[Runs], counts: NDArray[np.int32], answers: int, *, among: bool) -> Matrix:
    """Shape (len(runs), len(RUNS) * FIGURES), against `counts` of `answers` answers.

    `among` says that the answers are themselves counted, and then each is held against the
    others only.
    """
    own = 1 if among else 0
    others = max(1, answers - own)
    rows = [
        [
            figure
            for row, found in zip(counts, answer, strict=True)
            for figure in _figures(row, found, own, others)
        ]
        for answer in runs
    ]
    return np.array(rows, float).reshape(len(rows), len(RUNS) * FIGURES)


def _figures(counts: NDArray[np.int32], found: NDArray[np.int64], own: int, others: int) -> list[float]:
    if not len(found):
        return [0.0] * FIGURES
    kinds = np.unique(found)
    running, once = counts[found] - own, counts[kinds] - own
    return [
        float((running <= 0).mean()),
        float((once <= 0).mean()),
        float(np.log1p(running / others * 100).mean()),
        float(np.log1p((once <= 0).sum())),
        float(np.log1p((once > 0).sum())),
        float(np.log1p((once > COMMON_SHARE * others).sum())),
    ]
