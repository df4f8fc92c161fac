"""Finding the passages nearest to a vector."""

import uuid
from collections.abc import Collection
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import Cast, RowNumber
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField

from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.models import EmbeddingArtifact
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.retrieval import Passage

# Up to here an exact scan of the rows that pass the filter is both faster than the index and complete; the
# planner does not see that, because it cannot know how many rows an approximate scan would have to skip.
EXACT_ROWS: Final = 2000
# The index compares half-precision vectors, so more rows are taken from it than are wanted, then re-sorted.
OVERFETCH: Final = 2
EF_SEARCH: Final = 100


def nearest(
    vectors: Vectors,
    *,
    key: EmbeddingKey,
    limit: int,
    role_id: uuid.UUID | None = None,
    language: str | None = None,
    credential_ids: Collection[uuid.UUID] | None = None,
    exact: bool | None = None,
) -> list[list[Passage]]:
    """Return, for each of ``vectors``, the ``limit`` nearest passages of active credentials, nearest first.

    Only vectors of the same ``key`` are compared. ``role_id`` keeps to credentials meant for that role,
    ``language`` to documents in that language, ``credential_ids`` to these credentials. ``exact`` compares with every
    passage (True) or asks the index (False); otherwise that depends on how many pass the filter.
    """
    rows = comparable(key, role_id, language, credential_ids)
    # A slice bounds the count: more than EXACT_ROWS need not be told apart.
    if exact is None:
        exact = rows.order_by()[: EXACT_ROWS + 1].count() <= EXACT_ROWS
    if exact:
        return [_exact(rows, vector, limit) for vector in vectors]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        cursor.execute(f"SET LOCAL hnsw.ef_search = {max(EF_SEARCH, OVERFETCH * limit)}")
        return [_approximate(rows, vector, limit) for vector in vectors]


def nearest_of_each(
    vectors: Vectors, *, key: EmbeddingKey, credential_ids: Collection[uuid.UUID], limit: int
) -> list[list[Passage]]:
    """Return, for each of ``vectors``, the ``limit`` nearest passages of each credential, nearest first.

    For few credentials: every passage of theirs is compared.
    """
    rows = comparable(key, None, None, credential_ids)
    place = Window(
        RowNumber(), partition_by=F("chunk__document__credential_id"), order_by=[F("distance"), F("pk")]
    )
    return [
        passages_of(
            rows.annotate(distance=CosineDistance("vector", vector))
            .annotate(place=place)
            .filter(place__lte=limit)
            .order_by("distance", "pk")
        )
        for vector in vectors
    ]


def comparable(
    key: EmbeddingKey,
    role_id: uuid.UUID | None,
    language: str | None,
    credential_ids: Collection[uuid.UUID] | None,
) -> QuerySet[EmbeddingArtifact]:
    """Return the vectors of ``key`` for passages of active credentials that pass the filter."""
    rows = EmbeddingArtifact.objects.filter(
        provider=key.provider,
        model=key.model,
        dimension=key.dimension,
        chunk__document__credential__active=True,
    )
    if role_id is not None:
        rows = rows.filter(chunk__document__credential__roles=role_id)
    if language is not None:
        rows = rows.filter(chunk__document__language=language)
    if credential_ids is not None:
        rows = rows.filter(chunk__document__credential_id__in=credential_ids)
    return rows


def _exact(rows: QuerySet[EmbeddingArtifact], vector: Any, limit: int) -> list[Passage]:
    # No index serves an order by the full vectors, so this scans what the filter lets through.
    nearest_first = rows.annotate(distance=CosineDistance("vector", vector)).order_by("distance", "pk")
    return passages_of(nearest_first[:limit])


def _approximate(rows: QuerySet[EmbeddingArtifact], vector: Any, limit: int) -> list[Passage]:
    halved = Cast("vector", HalfVectorField(dimensions=VECTOR_DIMENSION))
    by_index = rows.annotate(distance=CosineDistance("vector", vector)).order_by(
        CosineDistance(halved, HalfVector(vector))
    )
    found = passages_of(by_index[: OVERFETCH * limit])
    return sorted(found, key=lambda passage: (-passage.similarity, str(passage.artifact_id)))[:limit]


def passages_of(rows: QuerySet[Any]) -> list[Passage]:
    """Read rows that carry their ``distance`` to what is asked for."""
    fields = rows.values_list(
        "chunk__document__credential_id",
        "pk",
        "chunk__document__uri",
        "chunk__heading",
        "chunk__text",
        "chunk__start",
        "chunk__end",
        1.0 - F("distance"),
    )
    return [Passage(*row) for row in fields]
