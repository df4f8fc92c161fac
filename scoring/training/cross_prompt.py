"""Scoring answers to a question from the scored answers to other questions.

Each set's scores are standardised inside the set, so that one model can learn from all what
makes an answer better than its neighbours: Gaussian processes on a sample of them, and trees
on all. What it predicts is mapped to the new question's range by a bell learned from the
other sets (`prior`). With standardising inside the batch the figures of every set, the new
one's too, say how an answer compares with the others of its batch, and several `stacking` of
it are joined; without it the answer is taken alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scoring.training import gaussian, prior, trees
from scoring.training.background import Background, judged
from scoring.training.batch import Scored, StandardizedBatch, alone_counts, standardised, standing
from scoring.training.blocks import COUNTS_REACH, LAYER_REACH, Standardizer, layer_slices, reach
from scoring.training.dataset import Scale
from scoring.training.familiarity import document_counts
from scoring.training.gaussian import GaussianFit
from scoring.training.prior import Prior
from scoring.training.reading import Reading
from scoring.training.relevance import bounded
from scoring.training.stacking import VIEWS, opinions, processes, worth
from scoring.training.trees import Trees
from scoring.training.zero_shot import weighed

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

MOST_ANSWERS: Final = 3000
TREES_SAY: Final = 0.3
SEED: Final = 20_261_120


@dataclass(frozen=True)
class ScoredQuestion:
    """A question whose answers are scored."""

    reading: Reading
    scores: Vector
    scale: Scale

    @cached_property
    def standing(self) -> StandardizedBatch:
        """How its answers stand in their batch, computed once."""
        return standing(self.reading)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Figures of answers, of their own and of the inner layers."""

    counts: Matrix
    inner: Matrix

    def take(self, rows: NDArray[np.intp]) -> "_Rows":
        return _Rows(self.counts[rows], self.inner[rows])


@dataclass(frozen=True, slots=True)
class _Alone:
    """What an answer by itself is held against: the scales of all answers learned from, in how
    many of them each run of words occurs, and what is about other questions."""

    counts: Standardizer
    inner: Standardizer
    documents: NDArray[np.int32]
    answers: int
    background: Background

    def rows(self, reading: Reading) -> _Rows:
        return _Rows(self.counts(alone_counts(reading)), self.inner(reading.inner))

    def judged(self, reading: Reading) -> tuple[NDArray[np.bool_], Vector]:
        """Which answers are strange, and the standing above which none is scored. Where nothing tells
        what an answer is about, no score can be relied on, and none is held down."""
        odd = reading.odd(self.documents, self.answers, among=False)
        nearer = self.background.nearer(reading)
        if nearer is None:
            return np.ones(len(reading), bool), bounded(np.full(len(reading), np.inf), odd, reading.blank)
        strange, most = judged(nearer)
        return odd | strange, bounded(most, odd, reading.blank)


@dataclass(frozen=True, slots=True)
class General:
    """A scorer of answers to questions it has not seen. One that compares an answer with its batch
    has the `weights` of its `opinions`, and no `alone`."""

    base: _Rows
    fits: Sequence[GaussianFit]
    grown: Trees
    weights: Vector
    bell: Prior
    alone: _Alone | None

    def scores(self, new: ScoredQuestion | Reading, scale: Scale) -> Scored:
        """The scores of answers to one question; no score that `new` may have is used."""
        reading = new.reading if isinstance(new, ScoredQuestion) else new
        if self.alone is not None:
            strange, most = self.alone.judged(reading)
            rows = self.alone.rows(reading)
            guess = (1 - TREES_SAY) * self._by(rows)[0] + TREES_SAY * self.grown.predict(rows.counts)
            value = guess / (float(self.fits[0].left_out.std()) or 1.0)
        else:
            stand = new.standing if isinstance(new, ScoredQuestion) else standing(reading)
            strange, most = stand.strange, stand.most
            value = standardised(self._opinions(stand, reading) @ self.weights)
        return Scored(prior.placed(value, scale, self.bell, most), strange)

    def _opinions(self, stand: StandardizedBatch, reading: Reading) -> Matrix:
        by = self._by(_Rows(stand.counts, stand.inner))
        return opinions(by, self.grown.predict(stand.counts), weighed(stand), reading)

    def _by(self, new: _Rows) -> list[Vector]:
        """What the processes predict, in standard deviations."""
        kernels = _kernels(new, self.base)
        return [
            fit.mean
            + fit.spread
            * np.sum([w * (k @ fit.alpha) for w, k in zip(fit.weights, kernels[view], strict=True)], axis=0)
            for fit, view in zip(self.fits, VIEWS, strict=False)
        ]


def learn(others: Sequence[ScoredQuestion], *, in_batch: bool) -> General:
    """Learn from questions whose answers are scored. Raises ValueError without any."""
    if not others:
        raise ValueError("there is no other set to learn from")
    aim = np.concatenate([standardised(known.scores) for known in others])
    alone = None if in_batch else _alone(others)
    parts = [
        _Rows(known.standing.counts, known.standing.inner) if alone is None else alone.rows(known.reading)
        for known in others
    ]
    learnt = _Rows(np.vstack([part.counts for part in parts]), np.vstack([part.inner for part in parts]))
    order = np.random.default_rng(SEED).permutation(len(aim))
    kept = np.sort(order[:MOST_ANSWERS])
    base = learnt.take(kept)
    fits, weights = _weighed_views(others, base, aim[kept], kept) if in_batch else _one_view(base, aim[kept])
    return General(
        base=base,
        fits=fits,
        grown=trees.fit(learnt.counts, aim),
        weights=weights,
        bell=prior.learned([(known.scores, known.scale) for known in others]),
        alone=alone,
    )


def _one_view(base: _Rows, aim: Vector) -> tuple[list[GaussianFit], Vector]:
    return [gaussian.fit(_kernels(base, base), aim)], np.zeros(0)


def _weighed_views(
    others: Sequence[ScoredQuestion], base: _Rows, aim: Vector, kept: NDArray[np.intp]
) -> tuple[list[GaussianFit], Vector]:
    """The processes, and the weights of the opinions, by the `kept` rows of all answers."""
    ends = np.cumsum([len(known.reading) for known in others])
    whose = np.searchsorted(ends, kept, side="right")
    parts = [np.flatnonzero(whose == at) for at in range(len(others))]
    rows = [
        kept[part] - (end - len(known.reading)) for part, end, known in zip(parts, ends, others, strict=True)
    ]
    usual = np.concatenate([weighed(known.standing) for known in others])[kept]
    fits = processes(_kernels(base, base), aim, parts)
    readings = [known.reading.take(own) for known, own in zip(others, rows, strict=True)]
    return fits, worth(fits, base.counts, usual, readings, aim, parts)


def _alone(others: Sequence[ScoredQuestion]) -> _Alone:
    counts = np.vstack([alone_counts(known.reading) for known in others])
    inner = np.vstack([known.reading.inner for known in others])
    return _Alone(
        counts=Standardizer.of(counts),
        inner=Standardizer.of(inner),
        documents=np.sum([document_counts(known.reading.runs) for known in others], axis=0),
        answers=len(counts),
        background=Background.of([known.reading for known in others]),
    )


def _kernels(left: _Rows, right: _Rows) -> list[Matrix]:
    layers = layer_slices(left.inner.shape[1])
    return [
        left.counts @ right.counts.T / right.counts.shape[1],
        reach(left.counts, right.counts, COUNTS_REACH),
        *(reach(left.inner[:, at], right.inner[:, at], LAYER_REACH) for at in layers),
    ]
