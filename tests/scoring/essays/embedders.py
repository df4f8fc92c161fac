"""A tiny embedder for tests that are about everything but meaning."""

import zlib
from collections.abc import Sequence

import numpy as np

from microcred.ai.base import Vectors
from scoring.essays.language import FUNCTION_WORDS
from scoring.essays.text import words


class BagOfWords:
    """Texts that share content words are alike; deterministic, 256 dimensions."""

    provider = "bag"
    model = "bag-of-words"
    dimension = 256

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows of counted and hashed content words."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in words(text):
                if word not in FUNCTION_WORDS["en"]:
                    row[zlib.crc32(word[:5].encode()) % self.dimension] += 1
            if not row.any():
                row[0] = 1
        lengths: Vectors = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
        return rows / lengths
