"""Removing the vectors of indexes that are out of use."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import structlog
from django.db import connection, transaction

from microcred.ai.base import EmbeddingKey
from ops import audit
from recommendations.models import EmbeddingIndex

log = structlog.get_logger(__name__)

# In use is the active index; one that was never switched to may still be being built. What belongs to neither is old,
# also where no row tells of its index. While no index is active nothing is: the first is made before it has a row.
_OLD: Final = """
EXISTS (SELECT 1 FROM embedding_indexes WHERE active) AND NOT EXISTS (
  SELECT 1 FROM embedding_indexes i WHERE i.provider = v.provider AND i.model = v.model AND i.dimension = v.dimension
     AND (i.active OR i.switched_at IS NULL))
"""
# A trace shows the passage that it found, and a record is replayed with the vectors that it names.
_NEEDED: Final = """
needed AS (
  SELECT embedding_artifact_id AS id FROM rag_traces WHERE embedding_artifact_id IS NOT NULL
   UNION
  SELECT jsonb_object_keys(passages)::uuid FROM (
    SELECT body::jsonb #> '{inputs,embedding,passages}' AS passages FROM decision_records
     UNION ALL SELECT body::jsonb -> 'passages' FROM decision_records
  ) AS named WHERE jsonb_typeof(passages) = 'object'
)
"""
_COUNTED: Final = f"""
WITH {_NEEDED}
SELECT v.provider, v.model, v.dimension, count(*) FILTER (WHERE n.id IS NULL), count(n.id), 0
  FROM embedding_artifacts v LEFT JOIN needed n ON n.id = v.id WHERE {_OLD} GROUP BY 1, 2, 3
 UNION ALL
SELECT v.provider, v.model, v.dimension, 0, 0, count(*) FROM title_embeddings v WHERE {_OLD} GROUP BY 1, 2, 3
"""  # noqa: S608 - put together of constants
_WITHOUT_PASSAGES: Final = f"""
WITH {_NEEDED}
DELETE FROM embedding_artifacts v WHERE {_OLD} AND NOT EXISTS (SELECT 1 FROM needed n WHERE n.id = v.id)
"""  # noqa: S608
_WITHOUT_TITLES: Final = f"DELETE FROM title_embeddings v WHERE {_OLD}"  # noqa: S608
_WITHOUT_INDEXES: Final = """
DELETE FROM embedding_indexes v WHERE NOT active AND switched_at IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM embedding_artifacts a
   WHERE a.provider = v.provider AND a.model = v.model AND a.dimension = v.dimension)
"""


@dataclass(frozen=True, slots=True)
class OldIndex:
    """An index out of use: how many vectors of passages and titles can go, and how many traces and records need."""

    key: EmbeddingKey
    passages: int
    titles: int
    needed: int


def old_indexes() -> list[OldIndex]:
    """Count what `prune_indexes` would remove and keep, by index."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED)
        rows: list[Any] = cursor.fetchall()
    counts: dict[EmbeddingKey, list[int]] = {}
    for provider, model, dimension, *numbers in rows:
        sums = counts.setdefault(EmbeddingKey(provider, model, dimension), [0, 0, 0])
        sums[:] = [one + other for one, other in zip(sums, numbers, strict=True)]
    return [
        OldIndex(key, passages, titles, needed)
        for key, (passages, needed, titles) in sorted(counts.items(), key=lambda one: str(one[0]))
    ]


@transaction.atomic
def prune_indexes() -> list[OldIndex]:
    """Remove the vectors of indexes that are neither in use nor being built, but for those that a trace or a decision
    record names; return what was removed and kept."""
    # The same rows that a switch locks: what it makes the one in use is not removed meanwhile.
    list(EmbeddingIndex.objects.select_for_update().order_by("pk"))
    found = old_indexes()
    with connection.cursor() as cursor:
        for sql in (_WITHOUT_PASSAGES, _WITHOUT_TITLES, _WITHOUT_INDEXES):
            cursor.execute(sql)
    for one in found:
        audit.record(
            by=None, action="embedding_index.pruned", resource_type="embedding_index", resource_id=None,
            metadata=asdict(one.key) | {"passages": one.passages, "titles": one.titles, "kept": one.needed},
        )  # fmt: skip
        log.info("embeddings.pruned", model=one.key.model, passages=one.passages, kept=one.needed)
    return found
