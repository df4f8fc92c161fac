"""How near sentences of the catalog come to what is looked for, by the embedder that found their passages."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import structlog

from microcred.ai.base import Embedder, EmbedderError, EmbeddingKey, ProviderError, Vectors

log = structlog.get_logger(__name__)

# A vector has 1.5 KB; the catalog's sentences come up again with every student.
MOST_KEPT: Final = 8192


class SentenceVectors:
    """The vectors of sentences that were embedded lately, so that a sentence quoted often is embedded once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[EmbeddingKey, str], Vectors] = OrderedDict()

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
        key = EmbeddingKey.of(embedder)
        new = [text for text in texts if (key, text) not in self._kept]
        if new:
            self._kept |= {(key, text): vector for text, vector in zip(new, embedder.embed(new), strict=True)}
        found = [self._kept[key, text] for text in texts]
        for text in texts:
            self._kept.move_to_end((key, text))
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found
