"""How well ranked lists fit what people took next."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative.interactions import Rows
from recommendations.collaborative.signals import Signal
from recommendations.evaluation.datasets import LearnerSet

CUTS: Final = (10, 20)
BLOCK: Final = 256
TOP_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over users, by cut: recall (found / wanted) and nDCG (gain 1, discount log2(1 + rank), the ideal being
    as many wanted items as fit).

    ``coverage`` is the part of all items that stand in anybody's first ten, ``top_share`` the part of the places there
    taken by the tenth of items that were taken most.
    """

    recall: dict[int, float]
    ndcg: dict[int, float]
    coverage: float
    top_share: float


def measure(signal: Signal, learners: LearnerSet) -> Quality:
    """Rank all items not in a user's history for every user with targets; equal scores keep the items' order."""
    lists = ranked(signal, learners)
    asked = learners.asked
    hits = np.zeros(lists.shape)
    for row, user in enumerate(asked):
        hits[row] = np.isin(lists[row], learners.targets[user])
    wanted = np.array([len(learners.targets[user]) for user in asked])
    discounts = 1.0 / np.log2(np.arange(2, lists.shape[1] + 2))
    ideal = np.concatenate(([0.0], np.cumsum(discounts)))
    first = lists[:, :10]
    counts = learners.history.counts
    most = np.argsort(-counts, kind="stable")[: max(1, round(TOP_SHARE * len(counts)))]
    return Quality(
        recall={cut: float((hits[:, :cut].sum(axis=1) / wanted).mean()) for cut in CUTS},
        ndcg={
            cut: float((hits[:, :cut] @ discounts[:cut] / ideal[np.minimum(cut, wanted)]).mean())
            for cut in CUTS
        },
        coverage=len(np.unique(first[first >= 0])) / len(counts),
        top_share=float(np.isin(first, most).sum() / (first >= 0).sum()),
    )


def ranked(signal: Signal, learners: LearnerSet) -> NDArray[np.intp]:
    """The first 20 items for each user with targets, -1 where no more are left."""
    asked = learners.asked
    deepest = min(max(CUTS), learners.history.n_items)
    lists = [
        _best(signal, learners, asked[start : start + BLOCK], deepest)
        for start in range(0, len(asked), BLOCK)
    ]
    return np.concatenate(lists)


def _best(signal: Signal, learners: LearnerSet, users: Rows, deepest: int) -> NDArray[np.intp]:
    histories = learners.history.histories(users)
    scores = signal.scores(histories).copy()
    seen = histories.seen.tocoo()
    scores[seen.row, seen.col] = -np.inf
    # Ties at the edge are many where little is known, so the edge is not left to chance.
    edge = -np.partition(-scores, deepest - 1, axis=1)[:, deepest - 1]
    best = np.empty((len(users), deepest), np.intp)
    for row, own in enumerate(scores):
        reach = np.flatnonzero(own >= edge[row])
        best[row] = reach[np.argsort(-own[reach], kind="stable")[:deepest]]
    best[np.take_along_axis(scores, best, axis=1) == -np.inf] = -1
    return best
