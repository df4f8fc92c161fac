"""Signals from what items say about themselves; who took them plays no part in how they score.

Vectors of one model crowd around a common direction and some are near to everything. Both hide what tells
items apart, so vectors are centred ("all but the top", Mu and Viswanath, 2018) and each item's mean similarity
to its nearest is taken off (CSLS, Conneau et al., 2018).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative.interactions import Histories, Interactions, Rows
from recommendations.collaborative.signals import Scores

# How much more a near item of the history says than a far one, per unit of cosine.
SHARPNESS: Final = 8.0
CROWD: Final = 20
CROWD_SHARE: Final = 0.75
# exp of this still fits a float32 summed over a history.
HIGHEST_RATIO: Final = 30.0
_BLOCK: Final = 1024


@dataclass(frozen=True, slots=True)
class Meaning:
    """Nearness of items to those of the history: the sum of ``exp(sharpness * cosine)`` over the history.

    ``vectors`` (items, dimension) are of unit length or 0, ``crowding`` (items,) is what is taken off each cosine.
    """

    name: str
    vectors: Scores
    crowding: Scores
    sharpness: float = SHARPNESS

    def scores(self, histories: Histories) -> Scores:
        """Return the sums; items without words score as low as anything."""
        items, onto = _onto(histories)
        near = self.vectors[items] @ self.vectors.T
        near -= self.crowding
        np.exp(np.multiply(near, self.sharpness, out=near), out=near)
        return np.asarray(onto @ near, np.float32)


@dataclass(frozen=True, slots=True)
class Affinity:
    """How much more often than by chance texts like these go together: ``exp(into . out)``, summed over the history.

    ``into`` and ``out`` have the shape (items, dimension).
    """

    name: str
    into: Scores
    out: Scores

    def scores(self, histories: Histories) -> Scores:
        """Return the sums."""
        items, onto = _onto(histories)
        ratios = self.into[items] @ self.out.T
        np.exp(np.minimum(ratios, HIGHEST_RATIO, out=ratios), out=ratios)
        return np.asarray(onto @ ratios, np.float32)


@dataclass(frozen=True, slots=True)
class Words:
    """Rare words shared with the history: the sum of TF-IDF cosines. ``weights`` (items, words) is CSR."""

    name: str
    weights: Any

    def scores(self, histories: Histories) -> Scores:
        """Return the sums; an item says nothing for itself, as it is not asked for again."""
        return np.asarray(((histories.seen @ self.weights) @ self.weights.T).toarray(), np.float32)


def meaning(vectors: NDArray[np.floating[Any]], *, name: str = "meaning") -> Meaning:
    """Centre the vectors (items, dimension), rows of zeros standing for items without words."""
    directions = centred(vectors)
    return Meaning(name, directions, CROWD_SHARE * _crowding(directions))


def centred(vectors: NDArray[np.floating[Any]]) -> Scores:
    """Take the mean off and scale to unit length; rows of zeros stay and do not count."""
    spoken = np.linalg.norm(vectors, axis=1) > 0
    found = np.zeros(vectors.shape, np.float32)
    if spoken.any():
        found[spoken] = vectors[spoken] - vectors[spoken].mean(axis=0)
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def affinity(
    vectors: NDArray[np.floating[Any]], interactions: Interactions, *, ridge: float, name: str
) -> Affinity:
    """Learn which texts go together from who took what; any item with a text can then be scored.

    If the vectors x and y of two items of one person are jointly Gaussian with the covariance S of items and C
    between the two, then ``x' S^-1 C S^-1 y`` is, to first order, the logarithm of how much more often than by
    chance they go together. ``ridge`` is added to S in units of its mean eigenvalue.
    """
    columns = np.asarray(vectors, np.float64)
    covariance = columns.T @ columns / len(columns)
    sums = interactions.taken @ columns
    counts = interactions.counts.astype(np.float64)
    sizes = interactions.sizes.astype(np.float64)
    between = sums.T @ sums - columns.T @ (counts[:, None] * columns)
    between /= max(1.0, float(sizes @ (sizes - 1.0)))
    scale = ridge * float(np.trace(covariance)) / len(covariance) + 1e-12
    precision = np.linalg.inv(covariance + scale * np.eye(len(covariance)))
    into = columns @ (precision @ between @ precision)
    return Affinity(name, into.astype(np.float32), columns.astype(np.float32))


def words(texts: list[str], *, name: str = "words") -> Words | None:
    """Weigh the words and pairs of words of each item's text; None where there are none."""
    # Web processes know the services that lead here, and need none of this library's memory.
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        sublinear_tf=True, ngram_range=(1, 2), stop_words="english", dtype=np.float32
    )
    try:
        return Words(name, vectorizer.fit_transform(texts).tocsr())
    except ValueError:  # scikit-learn's way to say that no text has a word
        return None


def _crowding(vectors: Scores) -> Scores:
    """Each item's mean cosine with its ``CROWD`` nearest."""
    nearest = min(CROWD, len(vectors) - 1)
    found = np.zeros(len(vectors), np.float32)
    if nearest < 1:
        return found
    for start in range(0, len(vectors), _BLOCK):
        near = vectors[start : start + _BLOCK] @ vectors.T
        near[np.arange(len(near)), start + np.arange(len(near))] = -1.0
        found[start : start + _BLOCK] = np.partition(near, -nearest, axis=1)[:, -nearest:].mean(axis=1)
    return found


def _onto(histories: Histories) -> tuple[Rows, Any]:
    """The items in any of the histories, and the histories over those alone."""
    from scipy import sparse

    seen = histories.seen
    items, place = np.unique(seen.indices, return_inverse=True)
    shape = (len(histories), len(items))
    return items, sparse.csr_matrix((seen.data, place.astype(np.int32), seen.indptr), shape=shape)
