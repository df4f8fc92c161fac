"""Learning to rank: weights of features under which what was held back comes first."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative.interactions import Rows

Weights = NDArray[np.float64]
PENALTY: Final = 0.001
# Scores that differ by no more than single precision rounds say nothing, and would be weighed by the million.
NOISE: Final = 1e-6
# A sigmoid stands for "ranks above" the better the further scores lie apart; the likeliest weights are mild.
SHARPER: Final = 1.5
STEPS: Final = 150
TOP: Final = 10


@dataclass(frozen=True, slots=True)
class RankingLists:
    """Candidates of several users, one after the other.

    ``features`` (candidates, signals) are scores, ``held`` says which candidates were held back, ``starts`` where
    each user's begin. Every user has one that was held back.
    """

    features: NDArray[np.floating[Any]]
    held: NDArray[np.bool_]
    starts: Rows

    @property
    def lengths(self) -> Rows:
        """How many candidates each user has."""
        return np.diff(np.append(self.starts, len(self.features))).astype(np.intp)

    def shared(self) -> "RankingLists":
        """The same with scores beside the user's highest of each signal; its best are always among the candidates."""
        highest = np.repeat(np.maximum.reduceat(self.features, self.starts), self.lengths, axis=0)
        shares = np.divide(self.features, highest, out=np.zeros_like(self.features), where=highest > 0)
        return replace(self, features=shares)

    def halves(self) -> tuple["RankingLists", "RankingLists"]:
        """Every other user, and the rest."""
        return self._some(slice(0, None, 2)), self._some(slice(1, None, 2))

    def _some(self, users: slice) -> "RankingLists":
        lengths = self.lengths
        chosen = np.zeros(len(lengths), bool)
        chosen[users] = True
        rows = np.repeat(chosen, lengths)
        starts = np.concatenate(([0], np.cumsum(lengths[chosen])))[:-1].astype(np.intp)
        return RankingLists(self.features[rows], self.held[rows], starts[: int(chosen.sum())])


def fit_listwise(lists: RankingLists) -> Weights:
    """The weights under which a softmax over candidates makes what was held back likeliest (Cao et al., 2007)."""
    scaled, spread = _scaled(lists)
    return most_likely(scaled) / spread


def fit_approx_ndcg(lists: RankingLists) -> Weights:
    """The weights under which a smooth stand-in for nDCG is highest (Qin, Liu and Li, 2010), from the likeliest on.

    In it, an item held back has the rank ``1 + sum over other candidates j of sigmoid(score_j - score)``.
    """
    scaled, spread = _scaled(lists)
    return most_gain(scaled, start=most_likely(scaled)) / spread


def most_likely(lists: RankingLists) -> Weights:
    """The weights, not below zero, under which a softmax over candidates makes what was held back likeliest."""
    lengths = lists.lengths
    wanted = lists.held / np.repeat(_sums(lists.held.astype(float), lists.starts), lengths)

    def unlikelihood(weights: Weights) -> tuple[float, Weights]:
        scores = lists.features @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, lists.starts), lengths)
        chances = np.exp(scores)
        totals = _sums(chances, lists.starts)
        chances /= np.repeat(totals, lengths)
        loss = -(wanted @ (scores - np.repeat(np.log(totals), lengths))) / len(lengths)
        slope = (chances - wanted) @ lists.features / len(lengths)
        return float(loss + PENALTY * weights @ weights), slope + 2 * PENALTY * weights

    return _minimise(unlikelihood, np.full(lists.features.shape[1], 0.1))


def most_gain(lists: RankingLists, *, start: Weights) -> Weights:
    """The weights, not below zero, near ``start`` under which the smoothed gain of what was held back is highest."""
    held = np.flatnonzero(lists.held)
    user = np.repeat(np.arange(len(lists.starts)), lists.lengths)[held]
    rivals = [_others(lists, one) for one in user]
    sizes = np.array([len(one) for one in rivals], np.intp)
    some = sizes > 0
    share = 1.0 / np.bincount(user)[user[some]] / len(lists.starts)
    starts = np.concatenate(([0], np.cumsum(sizes[some])[:-1])).astype(np.intp)
    ahead = lists.features[np.concatenate(rivals)] - np.repeat(lists.features[held], sizes, axis=0)

    def lost(weights: Weights) -> tuple[float, Weights]:
        above = 1.0 / (1.0 + np.exp(-np.clip(ahead @ weights, -30.0, 30.0)))
        beyond = 2.0 + _sums(above, starts)
        gains = 1.0 / np.log2(beyond)
        steep = share * gains**2 / (beyond * np.log(2.0))
        slope = (np.repeat(steep, sizes[some]) * above * (1.0 - above)) @ ahead
        price = PENALTY * 0.1
        return float(price * weights @ weights - share @ gains), slope + 2 * price * weights

    return _minimise(lost, SHARPER * start)


def mean_gain(scores: NDArray[np.floating[Any]], lists: RankingLists, *, top: int = TOP) -> float:
    """The mean over users of nDCG at ``top`` for what was held back."""
    ends = lists.starts + lists.lengths
    discounts = 1.0 / np.log2(np.arange(2, top + 2))
    total = 0.0
    for start, end in zip(lists.starts, ends, strict=True):
        found = lists.held[start:end][np.argsort(-scores[start:end], kind="stable")[:top]]
        total += found @ discounts[: len(found)] / discounts[: int(lists.held[start:end].sum())].sum()
    return float(total / len(ends))


def _scaled(lists: RankingLists) -> tuple[RankingLists, Weights]:
    """The same with features of the spread 1, and what they were divided by; infinite for one that never differs."""
    spread = lists.features.std(axis=0, dtype=np.float64)
    spread[spread < NOISE] = np.inf
    return replace(lists, features=lists.features / spread), spread


def _others(lists: RankingLists, user: int) -> Rows:
    """The candidates of a user that were not held back."""
    places = lists.starts[user] + np.arange(lists.lengths[user])
    return np.asarray(places[~lists.held[places]], np.intp)


def _sums(values: Weights, starts: Rows) -> Weights:
    return np.asarray(np.add.reduceat(values, starts))


def _minimise(loss: Any, start: Weights) -> Weights:
    from scipy import optimize

    bounds = [(0.0, None)] * len(start)
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}
    )
    return np.asarray(found.x, np.float64)
