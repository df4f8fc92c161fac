"""Linear models of a history: every item is predicted from the others, exactly or in few dimensions."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommendations.collaborative.interactions import Interactions
from recommendations.collaborative.signals import Among, LowRank

# The closed form inverts a matrix of items by items: 12,000 take 0.6 GB and about a minute.
MOST_ITEMS: Final = 12_000


class NotInvertible(ArithmeticError):
    """The ridge is too small for the matrix."""


def autoencoder(
    interactions: Interactions, *, ridge: float, dropout: float = 0.0, name: str = "linear"
) -> Among:
    """The linear autoencoder with a diagonal of zeros in its closed form.

    EASE (Steck, 2019): with ``P = (X'X + ridge)^-1`` the weight of item i for item j is ``-P[i,j] / P[j,j]``.
    ``dropout`` adds that multiple of the diagonal of X'X, as if items were left out of histories at random
    (EDLAE, Steck, 2020). Items beyond the 12,000 most taken, and those nobody took, have no weights.
    """
    counts = interactions.counts
    chosen = np.sort(np.argsort(-counts, kind="stable")[: min(MOST_ITEMS, int(np.count_nonzero(counts)))])
    columns = interactions.taken[:, chosen]
    gram = (columns.T @ columns).toarray().astype(np.float32, order="F")
    places = np.arange(len(chosen))
    gram[places, places] = (1.0 + dropout) * gram[places, places] + ridge
    inverse = _inverse(gram)
    inverse /= -np.diag(inverse).copy()
    inverse[places, places] = 0.0
    return Among(name, inverse, chosen, interactions.n_items)


def factors(interactions: Interactions, *, rank: int, name: str = "factors") -> LowRank | None:
    """The ``rank`` main directions of histories, of long ones and of popular items weighed down.

    The truncated singular value decomposition of ``Du^-1/2 X Di^-1/2`` (users and items by their counts), an
    ideal low-pass filter on the graph of who took what (GF-CF, Shen et al., 2021). None with too few items.
    """
    from scipy import sparse
    from scipy.sparse.linalg import svds

    users, items = np.maximum(interactions.sizes, 1), np.maximum(interactions.counts, 1.0)
    damped = sparse.diags(users**-0.5) @ interactions.taken @ sparse.diags(items**-0.5)
    rank = min(rank, min(damped.shape) - 1)
    if rank < 1:
        return None
    _, _, directions = svds(damped.astype(np.float32), k=rank, random_state=0)
    scale = np.sqrt(items)
    into = np.ascontiguousarray((directions / scale).T, np.float32)
    return LowRank(name, into, np.ascontiguousarray(directions * scale, np.float32))


def _inverse(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The inverse of a symmetric positive definite matrix, by Cholesky: a third of a general inverse's work."""
    from scipy.linalg import lapack

    factor, failed = lapack.spotrf(matrix, lower=1, overwrite_a=1)
    if not failed:
        found, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise NotInvertible(f"{len(matrix)} items, leading minor {failed}")
    return _mirrored(found)


def _mirrored(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Copy the lower half onto the upper, in blocks that stay in the cache."""
    size = 256
    for start in range(0, len(found), size):
        block = slice(start, start + size)
        corner = np.tril(found[block, block])
        found[block, block] = corner + np.tril(corner, -1).T
        found[block, start + size :] = found[start + size :, block].T
    return found
