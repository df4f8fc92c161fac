"""Which index is in use, and whether vectors may be compared with it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db import connection

from microcred.ai.base import Embedder, EmbeddingKey
from microcred.db import in_this_database
from microcred.errors import Unavailable
from recommendations.models import EmbeddingIndex

# For whoever reads it together with something else.
PASSAGES_MARK: Final = "SELECT string_agg(version::text, ',' ORDER BY version) FROM passage_changes"


class UnlikeVectors(Unavailable):
    """The vectors at hand are by another model than those of the index in use; they must not be compared."""

    default_code = "EMBEDDING_503"

    def __init__(self, configured: EmbeddingKey, active: EmbeddingKey) -> None:
        super().__init__(
            f"The index in use was made by {named(active)}; the configured embedder is {named(configured)}. "
            "Build its index and switch to it with manage.py embeddings reindex --switch, or configure the former."
        )


@dataclass(frozen=True, slots=True)
class IndexState:
    """An index: whether it is in use, and what it last had in common with the one in use (0 to 1, None: unknown)."""

    key: EmbeddingKey
    active: bool
    overlap: float | None


def indexes() -> list[IndexState]:
    """Return every index that was begun, the oldest first."""
    return [
        IndexState(EmbeddingKey(row.provider, row.model, row.dimension), row.active, row.overlap)
        for row in EmbeddingIndex.objects.all()
    ]


def active_key() -> EmbeddingKey | None:
    """Return what the vectors of the index in use have in common; None before anything was embedded."""
    row = (
        EmbeddingIndex.objects.filter(active=True)
        .order_by()
        .values_list("provider", "model", "dimension")
        .first()
    )
    return EmbeddingKey(*row) if row else None


def passages_version() -> str:
    """Return what is another text after every committed change of what searches read: passages, vectors, titles, counts
    of words, credentials, documents, and which index is in use. It is never the same twice, and cheap to read."""
    with connection.cursor() as cursor:
        cursor.execute(PASSAGES_MARK)
        (mark,) = cursor.fetchone()
    return in_this_database(mark)


@lru_cache(maxsize=16)
def active_key_at(version: str) -> EmbeddingKey | None:
    """Return what `active_key` does; it is read once for each `passages_version`."""
    return active_key()


def comparable_key(embedder: Embedder, version: str | None = None) -> EmbeddingKey:
    """Return the key of the embedder's vectors, which the index in use shares; ``version`` is that of
    `passages_version`, where it is known.

    Raises:
        UnlikeVectors: where it does not.
    """
    key, active = EmbeddingKey.of(embedder), active_key_at(version) if version else active_key()
    if active is not None and active != key:
        raise UnlikeVectors(key, active)
    return key


def named(key: EmbeddingKey) -> str:
    """Return a key in words."""
    return f"{key.provider} {key.model} ({key.dimension} dimensions)"
