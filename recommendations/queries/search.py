"""Finding the passages nearest to a vector.

The statements are written out: the planner is not free to choose between comparing every passage that passes the
filter and asking the index, because it cannot know how many rows an approximate scan would have to skip. A subquery
with ``OFFSET 0`` is not merged with what surrounds it, so that each statement has one sensible plan at every size.
"""

import time
import uuid
from collections.abc import Collection
from functools import cache
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.models import EmbeddingArtifact
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.retrieval import Passage

# Up to here an exact scan of the passages that pass the filter is both fast and complete.
EXACT_ROWS: Final = 2000
# The index compares half-precision vectors, so more rows are taken from it than are wanted, then re-sorted.
OVERFETCH: Final = 2
# What every connection is set to (see the settings); more is asked for where more rows are wanted.
EF_SEARCH: Final = 100

# For so long it is not counted again how many pass a filter: it only decides which of two right ways is taken.
COUNTED_SECONDS: Final = 30.0
MOST_COUNTED: Final = 1000
_REMEMBERED: Final = ("provider", "model", "dimension", "role_id", "language")
_counted: Final[dict[tuple[Any, ...], tuple[int, float]]] = {}

_NUMBERS: Final = f"[{','.join(['%.9g'] * VECTOR_DIMENSION)}]"
_OF_KEY: Final = "a.provider = %(provider)s AND a.model = %(model)s AND a.dimension = %(dimension)s"
_IN_LANGUAGE: Final = """ AND EXISTS (SELECT FROM document_chunks t JOIN credential_documents w ON w.id = t.document_id
    WHERE t.id = a.chunk_id AND w.language = %(language)s OFFSET 0)"""
_OF_ROLE: Final = """ AND EXISTS (SELECT FROM credential_roles r
    WHERE r.credential_id = c.id AND r.jobrole_id = %(role_id)s OFFSET 0)"""
_ALL_CREDENTIALS: Final = "SELECT c.id FROM credential_catalog c WHERE c.active"
_ROLES_CREDENTIALS: Final = """SELECT c.id FROM credential_roles r
    JOIN credential_catalog c ON c.id = r.credential_id AND c.active WHERE r.jobrole_id = %(role_id)s"""
_ONE_OF: Final = " AND c.id = ANY(%(credential_ids)s::uuid[])"
# As a test of its truth it is looked up in a hash, not joined.
_HASHED_ONE_OF: Final = " AND (a.credential_id IN (SELECT unnest(%(credential_ids)s::uuid[]))) IS TRUE"
_COLUMNS: Final = "a.credential_id, a.id, a.chunk_id, a.vector <=> %(vector)s::vector AS distance"
# The credentials that pass, each with its passages found by index.
_OWN: Final = """({credentials} OFFSET 0) AS s CROSS JOIN LATERAL (SELECT {columns} FROM embedding_artifacts a
    WHERE a.credential_id = s.id AND {of_key}{in_language} {own}) AS p"""
_COUNT: Final = "SELECT count(*) FROM (SELECT FROM {own} LIMIT {most:d}) AS passing"
_COMPARED: Final = "SELECT p.* FROM {own}"
_SORTED: Final = "{found} ORDER BY distance, id LIMIT {limit:d}"
# From the index by half precision, then by the full vectors; filters are asked of each row that it gives.
_INDEXED: Final = """SELECT * FROM (SELECT {columns} FROM embedding_artifacts a WHERE {of_key}
    AND EXISTS (SELECT FROM credential_catalog c WHERE c.id = a.credential_id AND c.active{of_role} OFFSET 0){narrowed}
    ORDER BY a.vector::halfvec(384) <=> %(vector)s::vector::halfvec(384) LIMIT {taken:d}) AS f"""
_READ: Final = """
SELECT n.credential_id, n.id, d.uri, k.heading, k.text, k.start, k."end", 1 - n.distance
  FROM ({near}) AS n
  JOIN document_chunks k ON k.id = n.chunk_id JOIN credential_documents d ON d.id = k.document_id
 ORDER BY n.distance, n.id
"""


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
    if limit < 1:
        return [[] for _ in vectors]
    given = _given(key, role_id, language, credential_ids)
    filters = _filters(given)
    if exact is None:
        exact = _passing(given, filters) <= EXACT_ROWS
    sql = _exact(filters, limit) if exact else _approximate(filters, limit)
    depth = 0 if exact else OVERFETCH * limit
    if depth <= EF_SEARCH:
        return [_ask(sql, given, vector) for vector in vectors]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {min(depth, 1000)}")
        return [_ask(sql, given, vector) for vector in vectors]


def nearest_of_each(
    vectors: Vectors, *, key: EmbeddingKey, credential_ids: Collection[uuid.UUID], limit: int
) -> list[list[Passage]]:
    """Return, for each of ``vectors``, the ``limit`` nearest passages of each credential, nearest first.

    For few credentials: every passage of theirs is compared.
    """
    given = _given(key, None, None, credential_ids)
    sql = _of_each(_filters(given), limit)
    return [_ask(sql, given, vector) for vector in vectors]


def _given(
    key: EmbeddingKey,
    role_id: uuid.UUID | None,
    language: str | None,
    credential_ids: Collection[uuid.UUID] | None,
) -> dict[str, Any]:
    """The parameters of a search; those of filters that are off are left out."""
    given: dict[str, Any] = {"provider": key.provider, "model": key.model, "dimension": key.dimension}
    filters = {"role_id": role_id, "language": language}
    given |= {name: value for name, value in filters.items() if value is not None}
    if credential_ids is not None:
        given["credential_ids"] = list(credential_ids)
    return given


def _filters(given: dict[str, Any]) -> frozenset[str]:
    return frozenset(given.keys() & {"role_id", "language", "credential_ids"})


def _passing(given: dict[str, Any], filters: frozenset[str]) -> int:
    """How many passages pass the filter; more than ``EXACT_ROWS`` need not be told apart."""
    asked = (connection.settings_dict["NAME"], EXACT_ROWS, *(str(given.get(name)) for name in _REMEMBERED))
    known = None if "credential_ids" in filters else _counted.get(asked)
    if known is not None and time.monotonic() < known[1]:
        return known[0]
    with connection.cursor() as cursor:
        cursor.execute(_counting(filters, EXACT_ROWS + 1), given)
        (number,) = cursor.fetchone()
    if "credential_ids" not in filters:
        if len(_counted) >= MOST_COUNTED:
            _counted.clear()
        _counted[asked] = (int(number), time.monotonic() + COUNTED_SECONDS)
    return int(number)


@cache
def _counting(filters: frozenset[str], most: int) -> str:
    return _COUNT.format(own=_own(filters, columns=""), most=most)


@cache
def _exact(filters: frozenset[str], limit: int) -> str:
    found = _COMPARED.format(own=_own(filters, columns=_COLUMNS))
    return _READ.format(near=_SORTED.format(found=found, limit=limit))


@cache
def _approximate(filters: frozenset[str], limit: int) -> str:
    found = _INDEXED.format(
        columns=_COLUMNS,
        of_key=_OF_KEY,
        of_role=_OF_ROLE if "role_id" in filters else "",
        narrowed=(_IN_LANGUAGE if "language" in filters else "")
        + (_HASHED_ONE_OF if "credential_ids" in filters else ""),
        taken=OVERFETCH * limit,
    )
    return _READ.format(near=_SORTED.format(found=found, limit=limit))


@cache
def _of_each(filters: frozenset[str], limit: int) -> str:
    own = _own(filters, columns=_COLUMNS, own=f"ORDER BY distance, a.id LIMIT {limit:d}")
    return _READ.format(near=_COMPARED.format(own=own))


def _own(filters: frozenset[str], *, columns: str, own: str = "OFFSET 0") -> str:
    credentials = _ROLES_CREDENTIALS if "role_id" in filters else _ALL_CREDENTIALS
    return _OWN.format(
        credentials=credentials + (_ONE_OF if "credential_ids" in filters else ""),
        columns=columns,
        of_key=_OF_KEY,
        in_language=_IN_LANGUAGE if "language" in filters else "",
        own=own,
    )


def _ask(sql: str, given: dict[str, Any], vector: Any) -> list[Passage]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**given, "vector": _written(vector)})
        return [Passage(*row) for row in cursor.fetchall()]


def _written(vector: Any) -> str:
    """A vector as pgvector reads it, to the last bit of its float32; in a third of the time that ``repr`` takes."""
    return _NUMBERS % tuple(vector.tolist())


def comparable(
    key: EmbeddingKey,
    role_id: uuid.UUID | None,
    language: str | None,
    credential_ids: Collection[uuid.UUID] | None,
) -> QuerySet[EmbeddingArtifact]:
    """Return the vectors of ``key`` for passages of active credentials that pass the filter."""
    rows = EmbeddingArtifact.objects.filter(
        provider=key.provider, model=key.model, dimension=key.dimension, credential__active=True
    )
    if role_id is not None:
        rows = rows.filter(credential__roles=role_id)
    if language is not None:
        rows = rows.filter(chunk__document__language=language)
    if credential_ids is not None:
        rows = rows.filter(credential_id__in=credential_ids)
    return rows


def passages_of(rows: QuerySet[Any]) -> list[Passage]:
    """Read rows that carry their ``distance`` to what is asked for."""
    fields = rows.values_list(
        "credential_id",
        "pk",
        "chunk__document__uri",
        "chunk__heading",
        "chunk__text",
        "chunk__start",
        "chunk__end",
        1.0 - F("distance"),
    )
    return [Passage(*row) for row in fields]
