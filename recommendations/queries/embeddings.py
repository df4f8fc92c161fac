"""How far the catalog is embedded, and which vectors there are."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Exists, OuterRef

from catalog import queries as catalog
from microcred.ai.base import EmbeddingKey
from recommendations.models import DocumentChunk, EmbeddingArtifact, TitleEmbedding
from recommendations.queries.indexes import active_key_at, passages_version

# Hundreds of rows with every run, hence without the mapper.
_HASHES: Final = """
SELECT id::text, content_hash, encode(sha256(vector_send(vector)), 'hex') FROM embedding_artifacts
 WHERE id = ANY(%s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class EmbeddingCounts:
    """Documents of active credentials, those without any passage, passages, and those without a vector of the
    key asked about; ``vectors`` counts all vectors by key."""

    documents: int
    documents_without_passages: int
    passages: int
    passages_without_vector: int
    vectors: dict[EmbeddingKey, int]


def embedding_counts(key: EmbeddingKey) -> EmbeddingCounts:
    """Count what is embedded, and what is not yet by the model of ``key``."""
    documents = catalog.credentials().order_by()
    passages = DocumentChunk.objects.filter(document__credential__active=True)
    vector = EmbeddingArtifact.objects.filter(
        chunk=OuterRef("pk"), provider=key.provider, model=key.model, dimension=key.dimension
    )
    by_key = EmbeddingArtifact.objects.order_by().values_list("provider", "model", "dimension")
    return EmbeddingCounts(
        documents=documents.aggregate(number=Count("documents"))["number"],
        documents_without_passages=documents.filter(
            # What is blank has nothing to cut.
            documents__text__regex=r"\S",
            documents__chunks__isnull=True,
        ).aggregate(number=Count("documents"))["number"],
        passages=passages.count(),
        passages_without_vector=passages.exclude(Exists(vector)).count(),
        vectors={EmbeddingKey(*row[:3]): row[3] for row in by_key.annotate(number=Count("pk"))},
    )


def vectors_only_by(one: EmbeddingKey, other: EmbeddingKey) -> int:
    """Count the passages and titles of active credentials that have a vector of ``one`` and none of ``other``."""
    passages = EmbeddingArtifact.objects.filter(**_of(one), chunk__document__credential__active=True).exclude(
        Exists(EmbeddingArtifact.objects.filter(**_of(other), chunk=OuterRef("chunk")))
    )
    titles = TitleEmbedding.objects.filter(**_of(one), document__credential__active=True).exclude(
        Exists(TitleEmbedding.objects.filter(**_of(other), document=OuterRef("document")))
    )
    return passages.count() + titles.count()


def _of(key: EmbeddingKey) -> dict[str, Any]:
    return {"provider": key.provider, "model": key.model, "dimension": key.dimension}


def newest_vector(version: str | None = None) -> str:
    """Return the id of the newest vector of the index in use; empty without any. Another being built moves nothing.
    ``version`` is that of `passages_version`, where it has just been read."""
    return _newest_vector(version or passages_version())


@lru_cache(maxsize=16)
def _newest_vector(version: str) -> str:
    vectors, active = EmbeddingArtifact.objects.order_by("-pk"), active_key_at(version)
    if active is not None:
        vectors = vectors.filter(**_of(active))
    return str(vectors.values_list("pk", flat=True).first() or "")


def vector_hashes(artifact_ids: Collection[str] | Collection[uuid.UUID]) -> dict[str, dict[str, str]]:
    """Return SHA-256 hashes of what was embedded (``content``) and of its vector as PostgreSQL sends it (``vector``),
    by the id of the vector; those that are gone are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_HASHES, [list(artifact_ids)])
        return {pk: {"content": content, "vector": vector} for pk, content, vector in cursor.fetchall()}


def transaction_id() -> str:
    """Return what tells the current transaction from all others, those before a restored dump included."""
    with connection.cursor() as cursor:
        # A restored database counts its transactions anew, hence the time beside the number.
        cursor.execute("SELECT pg_current_xact_id()::text, extract(epoch FROM transaction_timestamp())::text")
        number, moment = cursor.fetchone()
    return f"{number}@{moment}"
