"""A blend of signals whose weights come from what people went on to take.

The score of an item is the sum over signals of ``weight * part``. A part is either the signal's score as it is, so that
a signal that has seen little of a history's items says little, or its share of the signal's highest score for an item
not yet seen, so from 0 to 1. The weights, none below zero, are fitted to items held back, by likelihood or by gain (see
`learning_to_rank`). Which of these ways is taken, or whether a single signal stands alone, is decided by what each
gains on users that it was not fitted on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative import learning_to_rank
from recommendations.collaborative.interactions import Histories, Rows, Split
from recommendations.collaborative.learning_to_rank import RankingLists
from recommendations.collaborative.signals import Scores, Signal

Learn = Callable[[RankingLists], NDArray[np.float64]]
CANDIDATES: Final = 50
BLOCK: Final = 256


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by the signal's name, and whether they are of shares or of scores as they are."""

    by_signal: Mapping[str, float]
    of_shares: bool = True


@dataclass(frozen=True, slots=True)
class Blend:
    """Signals with their weights, itself a signal."""

    name: str
    signals: Sequence[Signal]
    fitted: "Weights"

    @property
    def weights(self) -> Mapping[str, float]:
        """The weights by the signal's name."""
        return self.fitted.by_signal

    def scores(self, histories: Histories) -> Scores:
        """Return the sums; items already seen count among the others."""
        total = np.zeros(histories.seen.shape, np.float32)
        for signal in self.signals:
            weight = np.float32(self.weights[signal.name])
            if weight > 0:
                scores = signal.scores(histories)
                total += weight * (shares(scores, histories) if self.fitted.of_shares else scores)
        return total


def shares(scores: Scores, histories: Histories) -> Scores:
    """Return scores beside the highest for an unseen item; 0 where nothing is known."""
    entries = histories.seen.tocoo()
    unseen = scores.copy()
    unseen[entries.row, entries.col] = 0.0
    highest = unseen.max(axis=1, keepdims=True)
    return np.asarray(np.divide(scores, highest, out=np.zeros_like(scores), where=highest > 0), np.float32)


def collect(signals: Sequence[Signal], split: Split) -> RankingLists:
    """Gather the best of each signal for the users whose items were held back, where one of those is among it."""
    features, held_back, sizes = [], [], []
    for start in range(0, len(split.users), BLOCK):
        histories = split.kept.histories(split.users[start : start + BLOCK])
        known = np.stack([signal.scores(histories) for signal in signals], axis=-1)
        for place, own in enumerate(known):
            held = split.held[start + place]
            candidates = _candidates(own, _row(histories.seen, place))
            found = np.isin(candidates, held)
            # What no signal finds is not put among the candidates: there it would stand out by scoring low.
            if found.any():
                features.append(own[candidates])
                held_back.append(found)
                sizes.append(len(candidates))
    starts = np.concatenate(([0], np.cumsum(sizes)))[: len(sizes)].astype(np.intp)
    none = np.zeros((0, len(signals)), np.float32)
    return RankingLists(
        np.concatenate([none, *features]), np.concatenate([np.zeros(0, bool), *held_back]), starts
    )


def fit(signals: Sequence[Signal], lists: RankingLists) -> Weights:
    """Return the weights that gain most; equal ones of shares where nothing was held back."""
    names = [signal.name for signal in signals]
    if not len(lists.starts):
        return Weights(dict.fromkeys(names, 1.0))
    ways = [
        (learn, of_shares)
        for learn in (learning_to_rank.fit_listwise, learning_to_rank.fit_approx_ndcg)
        for of_shares in (True, False)
    ]
    ways += [(partial(_alone, place), True) for place in range(len(names))]
    learn, of_shares = max(ways, key=lambda way: _gain_elsewhere(way[0], way[1], lists))
    found = learn(lists.shared() if of_shares else lists)
    return Weights({name: float(weight) for name, weight in zip(names, found, strict=True)}, of_shares)


def _gain_elsewhere(learn: Learn, of_shares: bool, lists: RankingLists) -> float:
    """The mean gain of half the users under weights learned on the other half, both ways round."""
    whole = lists.shared() if of_shares else lists
    halves = whole.halves()
    gains = [
        learning_to_rank.mean_gain(there.features @ learn(here), there)
        for here, there in (halves, halves[::-1])
        if len(here.starts) and len(there.starts)
    ]
    return float(np.mean(gains)) if gains else 0.0


def _alone(place: int, lists: RankingLists) -> NDArray[np.float64]:
    return np.asarray(np.eye(lists.features.shape[1])[place], np.float64)


def _candidates(known: Scores, seen: Rows) -> Rows:
    unseen = known.copy()
    unseen[seen] = -1.0
    number = min(CANDIDATES, len(unseen))
    best = np.argpartition(-unseen, number - 1, axis=0)[:number].ravel()
    return np.setdiff1d(best, seen).astype(np.intp)


def _row(matrix: Any, place: int) -> Rows:
    return np.asarray(matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]], np.intp)
