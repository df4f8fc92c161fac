"""Keeping the index in use up to date, building another beside it, and switching."""

import datetime as dt
from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet

from microcred.ai.base import Embedder, EmbeddingKey
from microcred.errors import Conflict
from ops import audit
from recommendations.models import EmbeddingIndex
from recommendations.queries.embeddings import vectors_only_by
from recommendations.queries.indexes import active_key, comparable_key, named
from recommendations.queries.sampling import Overlap, overlap_of
from recommendations.services.embeddings import (
    Progress,
    RefreshCounts,
    refresh_embeddings,
    require_fitting,
)

log = structlog.get_logger(__name__)
# Sound models of different families have a third to two thirds of their neighbours in common; a folder of wrong
# weights has next to none.
LEAST_OVERLAP: Final = 0.3


class IndexIncomplete(Conflict):
    """An index lacks passages or titles that the one in use has."""

    default_code = "EMBEDDING_409"


class IndexesDisagree(Conflict):
    """An index has too few nearest neighbours in common with the one in use."""

    default_code = "EMBEDDING_409"


def refresh_active_index(
    *, embedder: Embedder, now: dt.datetime, progress: Progress | None = None, limit: int | None = None
) -> RefreshCounts:
    """Bring the index in use up to date as `refresh_embeddings` does; the first ever becomes the one in use.

    Raises:
        UnlikeVectors: where the index in use is by another model, before anything is changed.
        DimensionUnfit, ProviderError: as `refresh_embeddings`.
    """
    key = comparable_key(embedder)
    counts = refresh_embeddings(embedder=embedder, progress=progress, limit=limit)
    if active_key() is None:
        with transaction.atomic():
            _begin(key)
            _activate(key, now=now)
    return counts


def build_index(*, embedder: Embedder, progress: Progress | None = None) -> RefreshCounts:
    """Build the embedder's index beside the one in use, which stays as it is.

    A run that broke off is taken up where it ended. When the embedder's index is the one in use, this brings it up to
    date.

    Raises:
        DimensionUnfit, ProviderError: as `refresh_embeddings`.
    """
    require_fitting(embedder)
    _begin(EmbeddingKey.of(embedder))
    return refresh_embeddings(embedder=embedder, progress=progress)


def compare_index(*, key: EmbeddingKey) -> Overlap | None:
    """Compare the neighbours of an index with those of the one in use, and keep the result; None without another."""
    active = active_key()
    if active is None or active == key:
        return None
    overlap = overlap_of(active, key)
    _rows(key).update(overlap=overlap.share)
    return overlap


@transaction.atomic
def switch_index(*, key: EmbeddingKey, now: dt.datetime, least_overlap: float = LEAST_OVERLAP) -> bool:
    """Make the index of ``key``, complete and compared, the one in use; return whether another was before.

    The former index keeps its vectors, so that it can be switched back to.

    Raises:
        IndexIncomplete: where it lacks what the one in use has, or was never begun.
        IndexesDisagree: where the last comparison found a smaller overlap than ``least_overlap``, or none was made.
    """
    # All rows in one order: of two switches at a time the second sees what the first has done.
    rows = {_key(row): row for row in EmbeddingIndex.objects.select_for_update().order_by("pk")}
    former = next((one for one, row in rows.items() if row.active), None)
    if former == key:
        return False
    row = rows.get(key)
    lacking = vectors_only_by(former, key) if former else 0
    if row is None or lacking:
        raise IndexIncomplete(
            f"The index by {named(key)} lacks {lacking or 'all'} vectors: run manage.py embeddings reindex again."
        )
    if former and (row.overlap or 0.0) < least_overlap:
        raise IndexesDisagree(
            f"The index by {named(key)} has {row.overlap or 0.0:.0%} of its nearest neighbours in common with the one "
            f"in use, less than {least_overlap:.0%}; it was not switched to."
        )
    _activate(key, now=now)
    audit.record(
        by=None,
        action="embedding_index.switched",
        resource_type="embedding_index",
        resource_id=row.pk,
        metadata={"former": str(rows[former].pk) if former else None, "overlap": row.overlap},
    )
    log.info("embeddings.switched", model=key.model, overlap=row.overlap)
    return True


def _begin(key: EmbeddingKey) -> None:
    EmbeddingIndex.objects.bulk_create(
        [EmbeddingIndex(provider=key.provider, model=key.model, dimension=key.dimension)],
        ignore_conflicts=True,
    )


def _activate(key: EmbeddingKey, *, now: dt.datetime) -> None:
    EmbeddingIndex.objects.filter(active=True).update(active=False)
    _rows(key).update(active=True, switched_at=now)


def _rows(key: EmbeddingKey) -> QuerySet[EmbeddingIndex]:
    return EmbeddingIndex.objects.filter(provider=key.provider, model=key.model, dimension=key.dimension)


def _key(row: EmbeddingIndex) -> EmbeddingKey:
    return EmbeddingKey(row.provider, row.model, row.dimension)
