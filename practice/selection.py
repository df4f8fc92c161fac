"""Which item comes next: one that the student probably solves, and not the same one for everybody.

The wish is a chance of three in four to solve it. An item is most informative at one half, where an answer tells
``p (1 - p) = .25``; at .75 it tells .1875, so that a rating takes four answers for what three would have told. But
whoever fails every other item gives up practising: S. Klinkenberg, M. Straatemeier and H. van der Maas, "Computer
adaptive practice of Maths ability using a new item response model for on the fly ability and difficulty estimation",
Computers & Education 57, 2011, took .75 for that reason. The chance is averaged over what is not known of student and
item, so that somebody new begins with easier ones.

Always taking the nearest item would ask a few of them of everybody. One is drawn by lot, after G. Kingsbury and A.
Zara, "Procedures for selecting items for computerized adaptive tests", Applied Measurement in Education 2, 1989: of all
whose chance lies within ``NEAR`` of the wish, or where those are fewer than ``FEW`` of as many of the nearest. None is
by more than ``FURTHER`` further off than the nearest, for where there is little to choose from, what suits comes first.
Items of uncertain rating count as a little nearer, so that they are asked and become certain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from math import log10
from random import Random
from typing import Final

from practice.rating import MOST_UNCERTAIN, Rating, predicted, spread

WISH: Final = 0.75
FEW: Final = 5
# A difference in chance of success that nobody notices.
NEAR: Final = 0.05
FURTHER: Final = 0.1
# How much nearer to the wish, in chance of success, an item counts of which nothing is known.
CURIOSITY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that may come next: its id, and its rating with the deviation of that."""

    id: object
    rating: float
    deviation: float


def target_rating(student: Rating, wish: float = WISH) -> float:
    """Return the rating of a certain item that the student solves with the probability wished for (above 0, below 1).

    It may lie beyond the scale. Items are read by their distance from it.
    """
    if not 0.0 < wish < 1.0:
        raise ValueError("a wish lies between 0 and 1")
    return student.value - 400.0 * log10(wish / (1.0 - wish)) * spread(student.deviation)


def choose(candidates: Iterable[Candidate], student: Rating, *, seed: int, wish: float = WISH) -> Candidate:
    """Return the next item: drawn by lot, the same for the same seed, among those near enough to the wish.

    Of equally near ones those given first count as nearer. Raise ValueError where there is none.
    """
    apart = [(_apart(one, student, wish), place, one) for place, one in enumerate(candidates)]
    if not apart:
        raise ValueError("no item to choose from")
    near = [one for distance, _, one in apart if distance <= NEAR]
    if len(near) < FEW:
        nearest = nsmallest(FEW, apart)
        near = [one for distance, _, one in nearest if distance <= nearest[0][0] + FURTHER]
    return Random(seed).choice(near)  # noqa: S311


def _apart(candidate: Candidate, student: Rating, wish: float) -> float:
    """Return how far the chance of success lies from the wish, less what is forgiven for being uncertain."""
    chance = predicted(student, Rating(candidate.rating, candidate.deviation))
    return abs(chance - wish) - CURIOSITY * candidate.deviation / MOST_UNCERTAIN
