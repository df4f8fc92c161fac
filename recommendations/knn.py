"""What learners with a similar profile went on to earn.

Neighbours are the ``NEIGHBOURS`` past learners whose skill levels differ least, by the root mean square of
the differences over the skills of the role (Euclidean, because a cosine would call a beginner and an expert
of equal proportions alike). A level that a past learner lacks is taken at the mean of the others. With
similarity ``s = 1 / (1 + rms)``, the score of a credential is

    score = sum(s of neighbours who hold it) / (sum(s of all neighbours) + SHRINKAGE) * (1 - DAMPING * share)

where ``share`` is the part of *all* past learners who hold it. ``SHRINKAGE`` stands for neighbours who hold
nothing, so that few observations cannot score high; ``DAMPING`` keeps what everybody takes from crowding
out what fits. Below ``MIN_LEARNERS`` past learners there is no score at all.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from recommendations.profiles import Learner

NEIGHBOURS: Final = 15
MIN_LEARNERS: Final = 20
SHRINKAGE: Final = 2.0
DAMPING: Final = 0.5


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A learner among the nearest, and how alike (0 to 1)."""

    learner: Learner
    similarity: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Scores (0 to 1) by credential, how many of the ``size`` neighbours hold each, and of how many in all.

    What the scores are made of: the ``nearest``, the nearest first; ``popularity``, how many of all learners hold what
    the nearest hold; ``means``, the level taken for a skill that a learner lacks.
    """

    scores: Mapping[uuid.UUID, float]
    holders: Mapping[uuid.UUID, int]
    size: int
    learners: int
    nearest: tuple[Neighbour, ...] = ()
    popularity: Mapping[uuid.UUID, int] = field(default_factory=dict)
    means: Mapping[str, float] = field(default_factory=dict)


def neighbourhood(levels: Mapping[str, float], learners: Sequence[Learner]) -> Neighbourhood | None:
    """Score credentials by the learners nearest to ``levels``; None while too few are known."""
    skills = sorted(levels)
    comparable = [learner for learner in learners if not learner.levels.keys().isdisjoint(levels)]
    if not skills or len(comparable) < MIN_LEARNERS:
        return None
    matrix, means = _matrix(comparable, skills)
    query = np.array([[levels[skill] for skill in skills]])
    index = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(comparable)), metric="euclidean").fit(matrix)
    distances, positions = index.kneighbors(query)
    similarities = 1.0 / (1.0 + distances[0] / np.sqrt(len(skills)))
    nearest = tuple(
        Neighbour(comparable[position], float(similarity))
        for position, similarity in zip(positions[0], similarities, strict=True)
    )
    counted = Counter(held for learner in comparable for held in learner.credentials)
    holders = Counter(held for one in nearest for held in one.learner.credentials)
    popularity = {held: counted[held] for held in holders}
    return Neighbourhood(
        scores=scores_of(nearest, popularity, len(comparable)),
        holders=dict(holders),
        size=len(nearest),
        learners=len(comparable),
        nearest=nearest,
        popularity=popularity,
        means=dict(zip(skills, (float(mean) for mean in means), strict=True)),
    )


def scores_of(
    nearest: Sequence[Neighbour], popularity: Mapping[uuid.UUID, int], learners: int
) -> dict[uuid.UUID, float]:
    """Return the score of every credential that one of the ``nearest`` holds; ``popularity`` counts its holders among
    all ``learners``."""
    mass: dict[uuid.UUID, float] = {}
    for one in nearest:
        for held in one.learner.credentials:
            mass[held] = mass.get(held, 0.0) + one.similarity
    total = sum(one.similarity for one in nearest) + SHRINKAGE
    return {
        held: weight / total * (1.0 - DAMPING * popularity[held] / learners) for held, weight in mass.items()
    }


def similarity(levels: Mapping[str, float], other: Mapping[str, float], means: Mapping[str, float]) -> float:
    """Return how alike two learners are, by the skills of the first; ``means`` stand in for what the other lacks."""
    squares = [(level - other.get(skill, means[skill])) ** 2 for skill, level in levels.items()]
    return 1.0 / (1.0 + sqrt(sum(squares) / len(squares)))


def _matrix(
    learners: Sequence[Learner], skills: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The levels, a row for each learner, with the means in the place of what is not known; and the means."""
    rows = [[learner.levels.get(skill, np.nan) for skill in skills] for learner in learners]
    matrix = np.array(rows, dtype=np.float64)
    known = ~np.isnan(matrix)
    means = np.where(known, matrix, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, matrix, means), means
