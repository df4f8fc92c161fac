"""Keeping the catalog's passages and their vectors in step with its documents."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Length

from catalog import queries as catalog
from microcred.ai.base import Embedder, EmbeddingKey
from microcred.ai.vector_validation import valid_rows
from microcred.errors import Unavailable
from recommendations import chunking
from recommendations.enums import EntityType
from recommendations.models import DocumentChunk, EmbeddingArtifact
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.services.titles import refresh_titles
from recommendations.services.word_counts import refresh_word_counts

log = structlog.get_logger(__name__)
# Rises with every change in how documents are cut or how a passage is put into words for the model.
CUTTING: Final = "2"
# So many at once are enough to sort by length and to keep several cores busy; a run that breaks off loses no more.
BATCH: Final = 256
# Documents that are cut in one transaction: each for itself, ten thousand took longer than their vectors on two cores.
CUT_TOGETHER: Final = 16
# As many rows as are written by one statement, which takes 65,535 values at most.
WRITTEN_TOGETHER: Final = 500
# Moves the passages that stay out of the way while their positions are set anew.
ASIDE: Final = 1_000_000
# What a search reads. After a load the planner takes these tables for empty until it is told, which made a search
# twenty times as dear.
_SEARCHED: Final = (
    "credential_catalog",
    "credential_documents",
    "document_chunks",
    "embedding_artifacts",
    "title_embeddings",
    "word_counts",
)
Progress = Callable[[int, int], None]


class DimensionUnfit(Unavailable):
    """The embedder's vectors do not fit the table."""

    default_code = "EMBEDDING_503"


@dataclass(frozen=True, slots=True)
class RefreshCounts:
    """Documents looked at and cut anew, passages added and removed, vectors made, and passages that still
    wait for a vector because of a limit."""

    documents: int
    cut: int
    added: int
    removed: int
    embedded: int
    waiting: int


def refresh_embeddings(
    *, embedder: Embedder, progress: Progress | None = None, limit: int | None = None
) -> RefreshCounts:
    """Cut changed documents of active credentials anew and embed every passage that has no vector yet.

    What did not change costs nothing; every few documents and each batch are committed on their own, so that a run
    that breaks off can be taken up again. ``limit`` bounds how many passages are embedded; ``progress``
    hears how many are done, of how many.

    Raises:
        DimensionUnfit: before anything is changed.
        ProviderError: from the embedder; what was done before stays.
    """
    require_fitting(embedder)
    documents, changed = _documents()
    cuts = [_cut(changed[start : start + CUT_TOGETHER]) for start in range(0, len(changed), CUT_TOGETHER)]
    refresh_word_counts(changed=any(map(any, cuts)))
    waiting = _without_vector(EmbeddingKey.of(embedder))
    to_do = list(
        waiting.annotate(length=Length("text")).order_by("length", "pk").values_list("pk", flat=True)
    )
    chosen = to_do[:limit]
    embedded = 0
    for start in range(0, len(chosen), BATCH):
        embedded += _embed(embedder, chosen[start : start + BATCH])
        if progress:
            progress(min(start + BATCH, len(chosen)), len(chosen))
    refresh_titles(embedder)
    counts = RefreshCounts(
        documents=documents,
        cut=len(changed),
        added=sum(added for added, _ in cuts),
        removed=sum(removed for _, removed in cuts),
        embedded=embedded,
        waiting=len(to_do) - len(chosen),
    )
    if counts.cut or counts.embedded:
        _tell_the_planner()
    log.info("embeddings.refreshed", model=embedder.model, embedded=counts.embedded, waiting=counts.waiting)
    return counts


def _tell_the_planner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(_SEARCHED)}")


def require_fitting(embedder: Embedder) -> None:
    """Raise DimensionUnfit where the embedder's vectors do not fit the table."""
    if embedder.dimension != VECTOR_DIMENSION:
        raise DimensionUnfit(
            f"{embedder.model} makes vectors of {embedder.dimension} numbers; {VECTOR_DIMENSION} are needed."
        )


def _documents() -> tuple[int, list[uuid.UUID]]:
    """Count the documents of active credentials; return those that changed since they were cut."""
    known = dict(DocumentChunk.objects.order_by().values_list("document_id", "source_hash").distinct())
    rows = (
        catalog.credentials()
        .prefetch_related(None)
        .filter(documents__isnull=False)
        .order_by("documents__pk")
        .values_list("documents__pk", "documents__title", "documents__content_hash")
    )
    found = [(pk, _source_hash(title, content_hash)) for pk, title, content_hash in rows]
    return len(found), [pk for pk, source_hash in found if known.get(pk) != source_hash]


@transaction.atomic
def _cut(document_ids: Collection[uuid.UUID]) -> tuple[int, int]:
    """Cut documents anew; passages with the same words keep their row, and so their vectors.

    Returns how many passages were added and removed.
    """
    documents = _locked(document_ids)
    rows = DocumentChunk.objects.filter(document_id__in=[document_id for document_id, *_ in documents])
    old: defaultdict[tuple[uuid.UUID, str], list[DocumentChunk]] = defaultdict(list)
    for row in rows.order_by("document_id", "-position"):
        old[row.document_id, row.content_hash].append(row)
    kept: list[DocumentChunk] = []
    added: list[DocumentChunk] = []
    for document_id, title, text, content_hash in documents:
        for passage in chunking.chunk(text):
            words = _sha256(embedded_text(title, passage.heading, passage.text))
            if same := old[document_id, words]:
                kept.append(same.pop())
                row = kept[-1]
            else:
                row = DocumentChunk(document_id=document_id, content_hash=words)
                added.append(row)
            row.title = title
            _place(row, passage, _source_hash(title, content_hash))
    gone = [row.pk for left in old.values() for row in left]
    _write(rows, kept=kept, added=added, gone=gone)
    return len(added), len(gone)


def _locked(document_ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, str, str, str]]:
    """The documents of active credentials: id, title, text, and the hash of the text."""
    rows = catalog.credentials().prefetch_related(None).select_for_update().filter(documents__in=document_ids)
    # Credentials first and in this order, as whoever changes many at once locks them.
    return list(
        rows.order_by("pk", "documents__pk").values_list(
            "documents__pk", "documents__title", "documents__text", "documents__content_hash"
        )
    )


def _place(row: DocumentChunk, passage: chunking.Chunk, source_hash: str) -> None:
    row.position, row.heading, row.text = passage.position, passage.heading, passage.text
    row.start, row.end, row.source_hash = passage.start, passage.end, source_hash


def _write(
    rows: QuerySet[DocumentChunk],
    *,
    kept: Sequence[DocumentChunk],
    added: Sequence[DocumentChunk],
    gone: Sequence[uuid.UUID],
) -> None:
    if gone:
        rows.filter(pk__in=gone).delete()
    if kept:
        rows.update(position=F("position") + ASIDE)
        DocumentChunk.objects.bulk_update(
            kept, ["position", "start", "end", "source_hash"], batch_size=WRITTEN_TOGETHER
        )
    DocumentChunk.objects.bulk_create(added, batch_size=WRITTEN_TOGETHER)


def _without_vector(key: EmbeddingKey) -> QuerySet[DocumentChunk]:
    vector = EmbeddingArtifact.objects.filter(
        chunk=OuterRef("pk"), provider=key.provider, model=key.model, dimension=key.dimension
    )
    return DocumentChunk.objects.filter(~Exists(vector), document__credential__active=True)


def _embed(embedder: Embedder, chunk_ids: Sequence[uuid.UUID]) -> int:
    """Give passages their vectors; return how many have got one."""
    rows = list(DocumentChunk.objects.filter(pk__in=chunk_ids))
    by_hash = _vectors_of({row.content_hash for row in rows}, EmbeddingKey.of(embedder))
    new = {row.content_hash: row for row in rows if row.content_hash not in by_hash}
    texts = [embedded_text(row.title, row.heading, row.text) for row in new.values()]
    if texts:
        vectors = embedder.embed(texts)
        sound = valid_rows(vectors, count=len(texts), dimension=embedder.dimension)
        by_hash |= {one: vector for one, vector, good in zip(new, vectors, sound, strict=True) if good}
    lost = [str(row.pk) for row in rows if row.content_hash not in by_hash]
    if lost:
        # One passage that no vector can be had for must not keep the others out; it is tried again the next time.
        log.error("vectors_left_out", model=embedder.model, chunks=lost)
    found = [(row, by_hash[row.content_hash]) for row in rows if row.content_hash in by_hash]
    _store(embedder, found)
    return len(found)


def _vectors_of(content_hashes: Collection[str], key: EmbeddingKey) -> dict[str, Any]:
    """The vectors that the same words already have in another place."""
    rows = EmbeddingArtifact.objects.filter(
        content_hash__in=content_hashes, provider=key.provider, model=key.model, dimension=key.dimension
    )
    return dict(rows.order_by().values_list("content_hash", "vector"))


@transaction.atomic
def _store(embedder: Embedder, found: Sequence[tuple[DocumentChunk, Any]]) -> None:
    # A passage may have gone while the model was at work. Sorted by their documents these would be locked as well.
    locked = (
        DocumentChunk.objects.select_for_update(no_key=True)
        .filter(pk__in=[row.pk for row, _ in found])
        .order_by("pk")
    )
    present = set(locked.values_list("pk", flat=True))
    EmbeddingArtifact.objects.bulk_create(
        [
            EmbeddingArtifact(
                entity_type=EntityType.DOCUMENT_CHUNK,
                entity_id=row.pk,
                chunk=row,
                provider=embedder.provider,
                model=embedder.model,
                dimension=embedder.dimension,
                content_hash=row.content_hash,
                vector=vector,
            )
            for row, vector in found
            if row.pk in present
        ],
        ignore_conflicts=True,
    )


def embedded_text(title: str, heading: str, text: str) -> str:
    """Return what is embedded for a passage: the words around it tell what it is about."""
    return "\n".join(part for part in (title, heading, text) if part)


def _source_hash(title: str, content_hash: str) -> str:
    return _sha256("\n".join((CUTTING, title, content_hash)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
