"""What learners with a similar profile went on to earn.

Neighbours are the ``NEIGHBOURS`` past learners whose skill levels differ least, by the root mean square of
the differences over the skills of the role (Euclidean, because a cosine would call a beginner and an expert
of equal proportions alike). A level that a past learner lacks is taken at the mean of the others. With
similarity ``s = 1 / (1 + rms)``, the score of a credential is

    score = sum(s of neighbours who hold it) / (sum(s of all neighbours) + SHRINKAGE) * (1 - DAMPING * share)

where ``share`` is the part of *all* past learners who hold it. ``SHRINKAGE`` stands for neighbours who hold
nothing, so that few observations cannot score high; ``DAMPING`` keeps what everybody takes from crowding
out what fits. Below ``MIN_LEARNERS`` past learners there is no score at all, and none for a credential that fewer
than ``MIN_HOLDERS`` of all past learners hold: a part of a confidence is shown, and would tell of one or two of them.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

from recommendations.learner_index import LearnerIndex, NearestLearners
from recommendations.profiles import Learner

NEIGHBOURS: Final = 15
MIN_LEARNERS: Final = 20
SHRINKAGE: Final = 2.0
DAMPING: Final = 0.5
MIN_HOLDERS: Final = 3


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A learner among the nearest, and how alike (0 to 1)."""

    learner: Learner
    similarity: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Scores (0 to 1) by credential, how many of the ``size`` neighbours hold each, and of how many in all.

    What the scores are made of: the ``nearest``, the nearest first; ``popularity``, how many of all learners hold what
    the nearest hold; ``means``, the level taken for a skill that a learner lacks; ``digest``, a hash of everybody who
    was looked at: their levels and credentials, no identities.
    """

    scores: Mapping[uuid.UUID, float]
    holders: Mapping[uuid.UUID, int]
    size: int
    learners: int
    nearest: tuple[Neighbour, ...] = ()
    popularity: Mapping[uuid.UUID, int] = field(default_factory=dict)
    means: Mapping[str, float] = field(default_factory=dict)
    digest: str = ""


def neighbourhood(levels: Mapping[str, float], learners: Sequence[Learner]) -> Neighbourhood | None:
    """Score credentials by the learners nearest to ``levels``; None while too few are known."""
    index = LearnerIndex()
    for place, learner in enumerate(learners):
        index.put(uuid.UUID(int=place), learner.levels, tuple(learner.credentials), stamp=-place)
    found = index.find(levels, number=NEIGHBOURS)
    return score_neighbours(levels, found, [learners[key.int] for key in found.keys])


def score_neighbours(
    levels: Mapping[str, float], found: NearestLearners, learners: Sequence[Learner]
) -> Neighbourhood | None:
    """Score credentials by those who were found, in their order; None where too few could be compared."""
    if not levels or found.comparable < MIN_LEARNERS:
        return None
    nearest = tuple(Neighbour(one, similarity(levels, one.levels, found.means)) for one in learners)
    holders = Counter(held for one in nearest for held in one.learner.credentials)
    popularity = {held: max(number, found.holders.get(held, 0)) for held, number in holders.items()}
    return Neighbourhood(
        scores=scores_of(nearest, popularity, found.comparable),
        holders=dict(holders),
        size=len(nearest),
        learners=found.comparable,
        nearest=nearest,
        popularity=popularity,
        means=found.means,
        digest=found.digest,
    )


def scores_of(
    nearest: Sequence[Neighbour], popularity: Mapping[uuid.UUID, int], learners: int
) -> dict[uuid.UUID, float]:
    """Return the score of every credential that one of the ``nearest`` and enough others hold; ``popularity`` counts
    its holders among all ``learners``."""
    mass: dict[uuid.UUID, float] = {}
    for one in nearest:
        for held in one.learner.credentials:
            mass[held] = mass.get(held, 0.0) + one.similarity
    total = sum(one.similarity for one in nearest) + SHRINKAGE
    return {
        held: weight / total * (1.0 - DAMPING * popularity[held] / learners)
        for held, weight in mass.items()
        if popularity[held] >= MIN_HOLDERS
    }


def similarity(levels: Mapping[str, float], other: Mapping[str, float], means: Mapping[str, float]) -> float:
    """Return how alike two learners are, by the skills of the first; ``means`` stand in for what the other lacks."""
    squares = [(level - other.get(skill, means[skill])) ** 2 for skill, level in levels.items()]
    return 1.0 / (1.0 + sqrt(sum(squares) / len(squares)))
