"""How near sentences of the catalog come to what is looked for, by the embedder that found their passages."""

from collections.abc import Collection, Sequence
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import structlog

from microcred.ai.base import Embedder, EmbedderError, EmbeddingKey, ProviderError, Vectors
from microcred.ai.vector_validation import embed_validated
from microcred.single_flight import SingleFlightCache

log = structlog.get_logger(__name__)

# A vector has 1.5 KB; the catalog's sentences come up again with every student.
MOST_KEPT: Final = 8192


class QueryVectors:
    """The vectors of what was searched for lately: it names skills and not learners, so it comes up again and again.

    They are kept for as long as the embedder that made them is.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: WeakKeyDictionary[Embedder, SingleFlightCache[str, Vectors]] = WeakKeyDictionary()

    def of(self, texts: Sequence[str], embedder: Embedder) -> Vectors:
        """Return the vectors of the texts. Raises ProviderError as `embed_validated` does."""
        kept = self._kept.setdefault(embedder, SingleFlightCache(self._most))
        return np.stack(kept.of(texts, lambda new: list(embed_validated(embedder, new))))


class SentenceVectors:
    """The vectors of sentences that were embedded lately, so that a sentence quoted often is embedded once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: dict[EmbeddingKey, SingleFlightCache[str, Vectors]] = {}

    def nearness(
        self, texts: Collection[str], wanted: Sequence[Vectors], *, embedder: Embedder
    ) -> list[dict[str, float]]:
        """Return, for each wanted vector, the cosine of every text to it; nothing where the embedder fails."""
        ordered = sorted(set(texts))
        if not ordered or not wanted:
            return [{} for _ in wanted]
        try:
            vectors = np.stack(self._vectors(ordered, embedder))
        except (ProviderError, EmbedderError) as error:
            # Words still tell sentences apart.
            log.warning("sentences_not_embedded", error=type(error).__name__)
            return [{} for _ in wanted]
        return [dict(zip(ordered, (vectors @ one).tolist(), strict=True)) for one in wanted]

    def _vectors(self, texts: Sequence[str], embedder: Embedder) -> list[Vectors]:
        kept = self._kept.setdefault(EmbeddingKey.of(embedder), SingleFlightCache(self._most))
        return kept.of(texts, lambda new: list(embedder.embed(new)))
