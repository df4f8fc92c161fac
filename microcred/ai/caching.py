"""An embedder that embeds no text twice, for runs that read the same essays and rubrics again and again."""

from collections.abc import Sequence

import numpy as np

from microcred.ai.base import Embedder, Vectors


class CachingEmbedder:
    """Gives the vectors of another embedder and remembers every one of them."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.provider = embedder.provider
        self.model = embedder.model
        self.dimension = embedder.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row per text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])
