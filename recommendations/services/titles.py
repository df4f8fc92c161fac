"""Keeping the vectors of documents' titles in step with the catalog."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Final

from catalog import queries as catalog
from microcred.ai.base import Embedder, EmbeddingKey
from microcred.ai.vector_validation import valid_rows
from recommendations.models import TitleEmbedding

BATCH: Final = 256
REPLACED: Final = ("content_hash", "vector")


def refresh_titles(embedder: Embedder) -> int:
    """Embed the title of every document of an active credential that has no vector of it yet; return how many.

    A title that no sound vector can be had for is left out, and tried again the next time.

    Raises:
        ProviderError: from the embedder; what was done before stays.
    """
    new = _without_vector(EmbeddingKey.of(embedder))
    for start in range(0, len(new), BATCH):
        _embed(embedder, new[start : start + BATCH])
    return len(new)


def _without_vector(key: EmbeddingKey) -> list[tuple[uuid.UUID, str]]:
    known = dict(
        TitleEmbedding.objects.filter(provider=key.provider, model=key.model, dimension=key.dimension)
        .order_by()
        .values_list("document_id", "content_hash")
    )
    rows = (
        catalog.credentials()
        .prefetch_related(None)
        .filter(documents__isnull=False)
        .order_by("documents__pk")
        .values_list("documents__pk", "documents__title")
    )
    return [(pk, title) for pk, title in rows if title and known.get(pk) != _hash(title)]


def _embed(embedder: Embedder, titles: Sequence[tuple[uuid.UUID, str]]) -> None:
    vectors = embedder.embed([title for _, title in titles])
    sound = valid_rows(vectors, count=len(titles), dimension=embedder.dimension)
    TitleEmbedding.objects.bulk_create(
        [
            TitleEmbedding(
                document_id=document_id,
                provider=embedder.provider,
                model=embedder.model,
                dimension=embedder.dimension,
                content_hash=_hash(title),
                vector=vector,
            )
            for (document_id, title), vector, is_sound in zip(titles, vectors, sound, strict=True)
            if is_sound
        ],
        update_conflicts=True,
        unique_fields=["document", "provider", "model", "dimension"],
        update_fields=REPLACED,
    )


def _hash(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()
