"""Scoring answers to a question from the scored answers to other questions.

Each set's scores are standardised inside the set, so that one model can learn from all what
makes an answer better than its neighbours: a Gaussian process on a sample of them, and trees
on all. What it predicts is mapped to the new question's range by a bell learned from the
other sets (`prior`). With standardising inside the batch the figures of every set, the new
one's too, say how an answer compares with the others of its batch; without it the answer is
taken alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training import gaussian, prior, trees
from scoring.training.batch import Standing, alone_counts, held_down, standardised, standing
from scoring.training.blocks import COUNTS_REACH, LAYER_REACH, Standard, layer_slices, reach
from scoring.training.dataset import Scale
from scoring.training.reading import Reading

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

MOST_ANSWERS: Final = 2000
TREES_SAY: Final = 0.3
SEED: Final = 20_261_120


@dataclass(frozen=True)
class Known:
    """A question whose answers are scored."""

    reading: Reading
    scores: Vector
    scale: Scale

    @cached_property
    def standing(self) -> Standing:
        """How its answers stand in their batch, computed once."""
        return standing(self.reading)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Figures of answers, of their own and of the inner layers."""

    counts: Matrix
    inner: Matrix

    def take(self, rows: NDArray[np.intp]) -> "_Rows":
        return _Rows(self.counts[rows], self.inner[rows])


def unseen_scores(others: Sequence[Known], reading: Reading, scale: Scale, *, in_batch: bool) -> Vector:
    """The scores of answers to a question none of the `others` asks; no score of it is used.

    Raises ValueError without another question to learn from.
    """
    if not others:
        raise ValueError("there is no other set to learn from")
    aim = np.concatenate([standardised(known.scores) for known in others])
    learnt, new = _rows(others, reading, in_batch=in_batch)
    guess, spread = _guess(learnt, aim, new)
    if in_batch:
        value = held_down(standardised(guess), reading, standing(reading).on_batch)
    else:
        value = held_down(guess / spread, reading)
    bell = prior.learned([(known.scores, known.scale) for known in others])
    return prior.placed(np.maximum(value, -1e6), scale, bell)


def _rows(others: Sequence[Known], reading: Reading, *, in_batch: bool) -> tuple[_Rows, _Rows]:
    if in_batch:
        stands = [known.standing for known in others]
        mine = standing(reading)
        learnt = _Rows(np.vstack([s.counts for s in stands]), np.vstack([s.inner for s in stands]))
        return learnt, _Rows(mine.counts, mine.inner)
    counts = np.vstack([alone_counts(known.reading) for known in others])
    inner = np.vstack([known.reading.inner for known in others])
    of_counts, of_inner = Standard.of(counts), Standard.of(inner)
    return (
        _Rows(of_counts(counts), of_inner(inner)),
        _Rows(of_counts(alone_counts(reading)), of_inner(reading.inner)),
    )


def _guess(learnt: _Rows, aim: Vector, new: _Rows) -> tuple[Vector, float]:
    """What is predicted in standard deviations, and how wide such predictions spread."""
    order = np.random.default_rng(SEED).permutation(len(aim))
    sample = np.sort(order[:MOST_ANSWERS])
    base, target = learnt.take(sample), aim[sample]
    fit = gaussian.fit(_kernels(base, base), target)
    total = np.full(len(new.counts), fit.mean)
    for weight, kernel in zip(fit.weights, _kernels(new, base), strict=True):
        total += fit.spread * weight * (kernel @ fit.alpha)
    grown = trees.fit(learnt.counts, aim)
    joint = (1 - TREES_SAY) * total + TREES_SAY * grown.predict(new.counts)
    return joint, float(fit.left_out.std()) or 1.0


def _kernels(left: _Rows, right: _Rows) -> list[Matrix]:
    layers = layer_slices(left.inner.shape[1])
    return [
        left.counts @ right.counts.T / right.counts.shape[1],
        reach(left.counts, right.counts, COUNTS_REACH),
        *(reach(left.inner[:, at], right.inner[:, at], LAYER_REACH) for at in layers),
    ]
