"""What a search is kept to, and passages read by their vectors."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from microcred.ai.base import EmbeddingKey
from microcred.pipelining import fetch_rows
from recommendations.retrieval import Hit, Passage

PASSAGES: Final = """
SELECT a.id, d.uri, c.heading, c.text, c.start, c."end", a.content_hash FROM embedding_artifacts a
  JOIN document_chunks c ON c.id = a.chunk_id JOIN credential_documents d ON d.id = c.document_id
 WHERE a.id = ANY(%(ids)s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is kept to, beside active credentials; None keeps to nothing.

    ``role_id``: credentials meant for this role. ``language``: documents in it. ``level`` (1 to 5) and ``hours``: at
    most so much. ``providers`` and ``credential_ids``: one of these.
    """

    role_id: uuid.UUID | None = None
    language: str | None = None
    level: int | None = None
    hours: int | None = None
    providers: Collection[str] | None = None
    credential_ids: Collection[uuid.UUID] | None = None

    @property
    def names(self) -> frozenset[str]:
        """The filters that are on."""
        return frozenset(one.name for one in fields(self) if getattr(self, one.name) is not None)


def parameters(key: EmbeddingKey, filters: Filters) -> dict[str, Any]:
    """Return the values of a search by name; those of filters that are off are left out."""
    given = {name: getattr(filters, name) for name in sorted(filters.names)}
    for name in given.keys() & {"providers", "credential_ids"}:
        given[name] = list(given[name])
    return {"provider": key.provider, "model": key.model, "dimension": key.dimension} | given


def passages_of(hits: Sequence[Hit]) -> list[Passage]:
    """Return what was found with where it stands and what it says, in that order; what is gone is left out."""
    if not hits:
        return []
    rows = fetch_rows(PASSAGES, {"ids": [hit.artifact_id for hit in hits]})
    found = {artifact_id: texts for artifact_id, *texts in rows}
    return [_passage(hit, *found[hit.artifact_id]) for hit in hits if hit.artifact_id in found]


def _passage(hit: Hit, uri: str, heading: str, text: str, start: int, end: int, content_hash: str) -> Passage:
    return Passage(
        credential_id=hit.credential_id,
        artifact_id=hit.artifact_id,
        source_uri=uri,
        heading=heading,
        snippet=text,
        start=start,
        end=end,
        similarity=hit.similarity,
        vector_rank=hit.vector_rank,
        text_rank=hit.text_rank,
        fused_rank=hit.fused_rank,
        content_hash=content_hash,
    )
