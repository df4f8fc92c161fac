"""What recommendations search, held in memory for as long as nothing of it changes.

A learner's needs are searched for among the credentials that would help, again and again the same few of a role. They
are read when they are asked for first, and kept under a mark that every committed change of passages, vectors, titles,
counts of words and credentials makes another one. So a search that finds its passages here is one short statement.
"""

import threading
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from django.db import connection

from microcred.ai.base import EmbeddingKey, Vectors
from microcred.pipelining import fetch_rows
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.passage_index import IndexQuery, PassageIndex, Postings, StoredPassages
from recommendations.queries.embeddings import vector_hashes
from recommendations.queries.hybrid import DEPTH, FIELD_WEIGHTS, TITLE_SHARE, hybrid, rarest_of
from recommendations.queries.indexes import passages_version
from recommendations.queries.passages import Filters, parameters
from recommendations.queries.search import compares_all
from recommendations.record_json import description
from recommendations.search_hits import SearchHits

# Vectors, 1.5 KB each, and words at their places, 16 bytes each, in every process of the worker.
MOST_VECTORS: Final = 8192
MOST_POSTINGS: Final = 250_000
MOST_TEXTS: Final = 1000
# Vectors are sent as bytes: as text, reading them would take longer than the search.
_ROWS: Final = """
SELECT a.id, a.credential_id, a.chunk_id, vector_send(a.vector), a.content_hash,
       encode(sha256(vector_send(a.vector)), 'hex'), t.id, vector_send(t.vector)
  FROM credential_catalog c
  JOIN embedding_artifacts a ON a.credential_id = c.id
   AND a.provider = %(provider)s AND a.model = %(model)s AND a.dimension = %(dimension)s
  JOIN document_chunks k ON k.id = a.chunk_id
  LEFT JOIN title_embeddings t ON t.document_id = k.document_id
   AND t.provider = %(provider)s AND t.model = %(model)s AND t.dimension = %(dimension)s
 WHERE c.id = ANY(%(credential_ids)s::uuid[]) AND c.active
 ORDER BY a.id
"""
_NUMBERS: Final = """
SELECT a.credential_id, count(*) FROM credential_catalog c
  JOIN embedding_artifacts a ON a.credential_id = c.id
   AND a.provider = %(provider)s AND a.model = %(model)s AND a.dimension = %(dimension)s
 WHERE c.id = ANY(%(credential_ids)s::uuid[]) AND c.active
 GROUP BY a.credential_id
"""
_POSTINGS: Final = """
SELECT s.place, o.place, ts_rank(%(fields)s::float4[], w.words, s.stem::tsquery)::float8
  FROM unnest(%(stems)s::text[]) WITH ORDINALITY AS s(stem, place)
 CROSS JOIN LATERAL (SELECT id, words FROM document_chunks WHERE words @@ s.stem::tsquery OFFSET 0) w
  JOIN unnest(%(chunk_ids)s::uuid[]) WITH ORDINALITY AS o(id, place) ON o.id = w.id
"""
Stems = Sequence[tuple[str, float]]
BYTES_BEFORE: Final = 4  # say how many numbers follow


@dataclass(slots=True)
class _Kept:
    """An index while its version holds; how many passages credentials have, and the words of what was asked."""

    version: str
    index: PassageIndex
    numbers: dict[uuid.UUID, int] = field(default_factory=dict)
    stems: dict[str, Stems] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found for each text; ``index`` is where, None for the database."""

    hits: SearchHits
    index: PassageIndex | None = None

    def described(self, rows: Sequence[int]) -> list[str]:
        """Return what a decision record says of the passages of these rows, with their hashes as `vector_hashes` tells
        them."""
        if self.index is not None:
            return self.index.described(rows)
        passages = self.hits.passages
        keys = [passages.keys[row] for row in rows]
        hashes = vector_hashes(keys)
        return [
            description(passages.owner(row), hashes.get(key, {})) for row, key in zip(rows, keys, strict=True)
        ]


_kept: Final[dict[tuple[str, EmbeddingKey], _Kept]] = {}
_turn: Final = threading.Lock()


def hybrid_among(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    key: EmbeddingKey,
    limit: int,
    credential_ids: Collection[uuid.UUID],
    version: str | None = None,
) -> Searched:
    """Return what `hybrid` finds among these credentials: in memory where so few pass that all are compared.
    ``version`` is that of `passages_version`, where it has just been read."""
    with _turn:
        index = _filled(key, frozenset(credential_ids), version or passages_version())
        wanted = _wanted(key, index, texts, vectors) if index else []
    if index is None:
        among = Filters(credential_ids=credential_ids)
        return Searched(SearchHits.of(hybrid(texts, vectors, key=key, limit=limit, filters=among)))
    rows = index.rows_of(credential_ids)
    return Searched(index.search(wanted, rows, depth=max(DEPTH, limit), limit=limit), index)


def _filled(key: EmbeddingKey, credential_ids: frozenset[uuid.UUID], version: str) -> PassageIndex | None:
    """The index with the passages of these credentials; None where they are too many to be compared one by one."""
    name = connection.settings_dict["NAME"], key
    kept = _kept.get(name)
    if kept is None or kept.version != version:
        kept = _kept[name] = _Kept(version, PassageIndex(_nothing(), TITLE_SHARE, frozenset()))
    _count(kept, key, credential_ids)
    if not compares_all(sum(kept.numbers[one] for one in credential_ids)):
        return None
    index = kept.index
    missing = credential_ids - index.credentials
    if missing:
        more = _read(key, missing)
        if index.held.size + more.size <= MOST_VECTORS:
            held, credentials = index.held.and_also(more), index.credentials | missing
        else:
            held, credentials = _read(key, credential_ids), credential_ids
        kept.index = PassageIndex(held, TITLE_SHARE, credentials)
    return kept.index


def _count(kept: _Kept, key: EmbeddingKey, credential_ids: frozenset[uuid.UUID]) -> None:
    unknown = credential_ids - kept.numbers.keys()
    if unknown:
        kept.numbers |= dict.fromkeys(unknown, 0)
        kept.numbers |= dict(fetch_rows(_NUMBERS, _asked(key, unknown)))


def _read(key: EmbeddingKey, credential_ids: Collection[uuid.UUID]) -> StoredPassages:
    rows = fetch_rows(_ROWS, _asked(key, credential_ids))
    titles = {row[6]: row[7] for row in rows if row[6] is not None}
    places = {title_id: place for place, title_id in enumerate(titles)}
    return StoredPassages(
        artifact_ids=[row[0] for row in rows],
        credential_ids=[row[1] for row in rows],
        chunk_ids=[row[2] for row in rows],
        vectors=_vectors([row[3] for row in rows]),
        hashes=[(row[4], row[5]) for row in rows],
        title_of=np.array([places.get(row[6], -1) for row in rows], np.intp),
        titles=_vectors(list(titles.values())),
    )


def _vectors(sent: Sequence[bytes]) -> Any:
    numbers = np.frombuffer(b"".join(one[BYTES_BEFORE:] for one in sent), ">f4")
    return numbers.astype(np.float32).reshape(len(sent), VECTOR_DIMENSION)


def _nothing() -> StoredPassages:
    return StoredPassages([], [], [], _vectors([]), [], np.zeros(0, np.intp), _vectors([]))


def _asked(key: EmbeddingKey, credential_ids: Collection[uuid.UUID]) -> dict[str, Any]:
    return parameters(key, Filters(credential_ids=credential_ids))


def _wanted(
    key: EmbeddingKey, index: PassageIndex, texts: Sequence[str], vectors: Vectors
) -> list[IndexQuery]:
    """What is asked for, with the words of it looked up among the passages of the index."""
    kept = _kept[connection.settings_dict["NAME"], key]
    words = _rarest(kept.stems, texts)
    _look_up(index, {stem for own in words for stem, _ in own})
    return [
        IndexQuery(vector, [(index.words[stem], rarity) for stem, rarity in own])
        for vector, own in zip(vectors, words, strict=True)
    ]


def _rarest(known: dict[str, Stems], texts: Sequence[str]) -> list[Stems]:
    new = [text for text in dict.fromkeys(texts) if text not in known]
    if new:
        if len(known) > MOST_TEXTS:
            known.clear()
            new = list(dict.fromkeys(texts))
        known |= dict(zip(new, rarest_of(new), strict=True))
    return [known[text] for text in texts]


def _look_up(index: PassageIndex, stems: Collection[str]) -> None:
    unknown = [stem for stem in stems if stem not in index.words]
    if not unknown:
        return
    if sum(len(own.rows) for own in index.words.values()) > MOST_POSTINGS:
        index.words.clear()
        unknown = list(stems)
    values = {"fields": FIELD_WEIGHTS, "stems": unknown, "chunk_ids": list(index.held.chunk_ids)}
    found: list[list[tuple[int, float]]] = [[] for _ in unknown]
    for place, row, rank in fetch_rows(_POSTINGS, values):
        found[place - 1].append((row - 1, rank))
    index.words |= {stem: Postings.of(own) for stem, own in zip(unknown, found, strict=True)}
