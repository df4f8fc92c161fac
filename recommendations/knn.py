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
from dataclasses import dataclass
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
class Neighbourhood:
    """Scores (0 to 1) by credential, how many of the ``size`` neighbours hold each, and of how many in all."""

    scores: Mapping[uuid.UUID, float]
    holders: Mapping[uuid.UUID, int]
    size: int
    learners: int


def neighbourhood(levels: Mapping[str, float], learners: Sequence[Learner]) -> Neighbourhood | None:
    """Score credentials by the learners nearest to ``levels``; None while too few are known."""
    skills = sorted(levels)
    comparable = [learner for learner in learners if not learner.levels.keys().isdisjoint(levels)]
    if not skills or len(comparable) < MIN_LEARNERS:
        return None
    matrix = _matrix(comparable, skills)
    query = np.array([[levels[skill] for skill in skills]])
    index = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(comparable)), metric="euclidean").fit(matrix)
    distances, positions = index.kneighbors(query)
    similarities = 1.0 / (1.0 + distances[0] / np.sqrt(len(skills)))
    nearest = [comparable[position] for position in positions[0]]
    return _score(nearest, [float(similarity) for similarity in similarities], comparable)


def _matrix(learners: Sequence[Learner], skills: Sequence[str]) -> NDArray[np.float64]:
    rows = [[learner.levels.get(skill, np.nan) for skill in skills] for learner in learners]
    matrix = np.array(rows, dtype=np.float64)
    known = ~np.isnan(matrix)
    means = np.where(known, matrix, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, matrix, means)


def _score(
    nearest: Sequence[Learner], similarities: Sequence[float], learners: Sequence[Learner]
) -> Neighbourhood:
    popularity = Counter(held for learner in learners for held in learner.credentials)
    holders = Counter(held for learner in nearest for held in learner.credentials)
    mass: dict[uuid.UUID, float] = {}
    for learner, similarity in zip(nearest, similarities, strict=True):
        for held in learner.credentials:
            mass[held] = mass.get(held, 0.0) + similarity
    total = sum(similarities) + SHRINKAGE
    scores = {
        held: weight / total * (1.0 - DAMPING * popularity[held] / len(learners))
        for held, weight in mass.items()
    }
    return Neighbourhood(scores, dict(holders), len(nearest), len(learners))
