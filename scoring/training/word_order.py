"""Whether an answer's words stand in the order people put them in.

A permutation test: an answer in English has more pairs of neighbouring words that other answers
have too than the same words have in a random order. How many standard deviations more is its
order; that of shuffled words is a draw from the standard normal distribution, whatever the words
are, and that of prose of 40 words already lies around 5.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Runs = NDArray[np.int64] | NDArray[np.int32]

SHUFFLES: Final = 8
SEED: Final = 20_261_120
LEAST_ORDER: Final = 2.3
# Fewer answers to compare with, or fewer words, say too little.
LEAST_ANSWERS: Final = 20
LEAST_PAIRS: Final = 11
_USUAL_SHARE: Final = 0.002


def shuffles(words: Sequence[int] | NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The words in `SHUFFLES` random orders, shape (SHUFFLES, len(words)); the same every time."""
    draw = np.random.default_rng(SEED)
    return np.array([draw.permutation(np.asarray(words, np.uint64)) for _ in range(SHUFFLES)])


def out_of_order(
    pairs: Sequence[Runs], shuffled: Sequence[Runs], counts: NDArray[np.int32], answers: int, *, among: bool
) -> NDArray[np.bool_] | None:
    """Which answers are in no order, or None where there is too little to compare with.

    `pairs` are the hashed pairs of each answer, `shuffled` those of its shuffles, `counts` in how
    many of `answers` other answers each occurs; `among` says that the answers are counted, too.
    """
    if answers < LEAST_ANSWERS:
        return None
    usual = max(1, round(_USUAL_SHARE * answers))
    found = [
        _order(_is_usual(own, own, counts, usual, among), _is_usual(mixed, own, counts, usual, among))
        for own, mixed in zip(pairs, shuffled, strict=True)
    ]
    return np.array([order is not None and order < LEAST_ORDER for order in found], bool)


def _is_usual(
    pairs: Runs, own: Runs, counts: NDArray[np.int32], usual: int, among: bool
) -> NDArray[np.bool_]:
    mine = np.isin(pairs, own) if among else False
    usual_pairs: NDArray[np.bool_] = counts[pairs] - mine >= usual
    return usual_pairs


def _order(own: NDArray[np.bool_], mixed: NDArray[np.bool_]) -> float | None:
    if len(own) < LEAST_PAIRS:
        return None
    by_chance = float(mixed.mean())
    spread = np.sqrt(by_chance * (1 - by_chance) + 0.25 / len(own))
    return float((own.mean() - by_chance) / spread * np.sqrt(len(own)))
