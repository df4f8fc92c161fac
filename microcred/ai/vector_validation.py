"""Vectors as an embedder hands them over, checked before anything is compared with them or stored."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from microcred.ai.base import Embedder, ProviderError, Vectors

KIND: Final = "bad_vectors"
LENGTH_TOLERANCE: Final = 0.01


def valid_rows(vectors: Vectors, *, count: int, dimension: int) -> NDArray[np.bool_]:
    """Return for each row whether it is a direction: finite numbers, of unit length.

    Raises:
        ProviderError: where there are other than ``count`` rows of ``dimension`` numbers; no retry helps.
    """
    if vectors.shape != (count, dimension):
        shape = " x ".join(str(size) for size in vectors.shape)
        raise ProviderError(f"vectors of {shape} came for {count} x {dimension}", retryable=False, kind=KIND)
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    sound: NDArray[np.bool_] = np.isfinite(lengths) & (np.abs(lengths - 1.0) <= LENGTH_TOLERANCE)
    return sound


def embed_validated(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Return the vectors of all texts.

    Raises:
        ProviderError: from the embedder, and where one is none: another dimension, not finite, or zero.
    """
    vectors = embedder.embed(texts)
    if not valid_rows(vectors, count=len(texts), dimension=embedder.dimension).all():
        raise ProviderError("a vector is not finite or has no direction", retryable=False, kind=KIND)
    return vectors
