"""Finding the passages nearest to a vector.

The statements are written out: the planner is not free to choose between comparing every passage that passes the
filter and asking the index, because it cannot know how many rows an approximate scan would have to skip. A subquery
with ``OFFSET 0`` is not merged with what surrounds it, so that each statement has one sensible plan at every size.
"""

import time
import uuid
from collections.abc import Collection, Mapping
from functools import cache
from math import ceil
from typing import Any, Final

from django.db import connection, transaction

from microcred.ai.base import EmbeddingKey, Vectors
from microcred.database.vectors import BinaryVector
from microcred.pipelining import fetch_rows
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.queries import vector_cache
from recommendations.queries.passages import Filters, parameters
from recommendations.retrieval import Passage

# Up to here an exact scan of the passages that pass the filter is both fast and complete.
EXACT_ROWS: Final = 2000
# The index compares half-precision vectors, so more rows are taken from it than are wanted, then re-sorted: half as
# many again bring all that twice as many do. It keeps twice as many candidates while it is walked.
OVERFETCH: Final = 2
TAKEN: Final = 1.5
# What every connection is set to (see the settings); more is asked for where more rows are wanted.
EF_SEARCH: Final = 100

# For so long it is not counted again how many pass a filter: it only decides which of two right ways is taken.
COUNTED_SECONDS: Final = 30.0
MOST_COUNTED: Final = 1000
_REMEMBERED: Final = ("provider", "model", "dimension", "role_id", "language", "level", "hours", "providers")
_counted: Final[dict[tuple[Any, ...], tuple[int, float]]] = {}

_NUMBERS: Final = f"[{','.join(['%.9g'] * VECTOR_DIMENSION)}]"
_OF_KEY: Final = "a.provider = %(provider)s AND a.model = %(model)s AND a.dimension = %(dimension)s"
_IN_LANGUAGE: Final = """ AND EXISTS (SELECT FROM document_chunks t JOIN credential_documents w ON w.id = t.document_id
    WHERE t.id = a.chunk_id AND w.language = %(language)s OFFSET 0)"""
_ACTIVE: Final = """EXISTS (SELECT FROM credential_catalog c
    WHERE c.id = {owner}.credential_id AND c.active{traits} OFFSET 0)"""
# Most rows fail by the role, and an index alone knows it.
_ACTIVE_OF_ROLE: Final = """EXISTS (SELECT FROM credential_roles r
    WHERE r.credential_id = a.credential_id AND r.jobrole_id = %(role_id)s AND {active} OFFSET 0)"""
_ALL_CREDENTIALS: Final = "SELECT c.id FROM credential_catalog c WHERE c.active"
_ROLES_CREDENTIALS: Final = """SELECT c.id FROM credential_roles r
    JOIN credential_catalog c ON c.id = r.credential_id AND c.active WHERE r.jobrole_id = %(role_id)s"""
_TRAITS: Final[Mapping[str, str]] = {
    "level": " AND c.level <= %(level)s",
    "hours": " AND c.hours <= %(hours)s",
    "providers": " AND c.provider = ANY(%(providers)s::text[])",
}
_ONE_OF: Final = " AND c.id = ANY(%(credential_ids)s::uuid[])"
# As a test of its truth it is looked up in a hash, not joined.
_HASHED_ONE_OF: Final = " AND (a.credential_id IN (SELECT unnest(%(credential_ids)s::uuid[]))) IS TRUE"
_COLUMNS: Final = "a.credential_id, a.id, a.chunk_id, a.vector <=> %(vector)s::vector AS distance"
# The credentials that pass, each with its passages found by index.
_OWN: Final = """({credentials} OFFSET 0) AS s CROSS JOIN LATERAL (SELECT {columns} FROM embedding_artifacts a
    WHERE a.credential_id = s.id AND {of_key}{in_language} OFFSET 0) AS p"""
_COUNT: Final = "SELECT count(*) FROM (SELECT FROM {own} LIMIT {most:d}) AS passing"
_COMPARED: Final = "SELECT p.* FROM {own}"
_SORTED: Final = "{found} ORDER BY distance, id LIMIT {limit:d}"
# From the index by half precision, then by the full vectors; filters are asked of each row that it gives.
_CHECKED: Final = "{of_key} AND {passing}{narrowed}"
_INDEXED: Final = """SELECT * FROM (SELECT {columns} FROM embedding_artifacts a WHERE {checked}
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
    level: int | None = None,
    hours: int | None = None,
    providers: Collection[str] | None = None,
    exact: bool | None = None,
) -> list[list[Passage]]:
    """Return, for each of ``vectors``, the ``limit`` nearest passages of active credentials, nearest first.

    Only vectors of the same ``key`` are compared; filters are those of `Filters`. ``exact`` has the database compare
    with every passage (True) or asks the index (False). Otherwise that depends on how many pass the filter; where they
    are few they are compared in memory, but for ``credential_ids``, which are seldom the same twice.
    """
    asked = Filters(role_id, language, level, hours, providers, credential_ids)
    given, filters = parameters(key, asked), asked.names
    if limit < 1:
        return [[] for _ in vectors]
    if exact is None:
        exact = compares_all(_passing(given, filters))
        found = _in_memory(vectors, given, filters, limit) if exact else None
        if found is not None:
            return found
    sql = _exact(filters, limit) if exact else _approximate(filters, limit)
    depth = 0 if exact else OVERFETCH * limit
    if depth <= EF_SEARCH:
        return [_ask(sql, given, vector) for vector in vectors]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {min(depth, 1000)}")
        return [_ask(sql, given, vector) for vector in vectors]


def _in_memory(
    vectors: Vectors, given: dict[str, Any], filters: frozenset[str], limit: int
) -> list[list[Passage]] | None:
    if "credential_ids" in filters:
        return None
    passing = passing_sql(filters, columns=vector_cache.COLUMNS)
    return vector_cache.nearest_cached(vectors, passing=passing, given=given, name=_name(given), limit=limit)


def compares_all(number: int) -> bool:
    """Whether so few vectors pass that all of them are compared."""
    return number <= EXACT_ROWS


def _passing(given: dict[str, Any], filters: frozenset[str]) -> int:
    """How many passages pass the filter; more than ``EXACT_ROWS`` need not be told apart."""
    asked = (EXACT_ROWS, *_name(given))
    known = None if "credential_ids" in filters else _counted.get(asked)
    if known is not None and time.monotonic() < known[1]:
        return known[0]
    ((number,),) = fetch_rows(counting_sql(filters, EXACT_ROWS + 1), given)
    if "credential_ids" not in filters:
        if len(_counted) >= MOST_COUNTED:
            _counted.clear()
        _counted[asked] = (int(number), time.monotonic() + COUNTED_SECONDS)
    return int(number)


def _name(given: dict[str, Any]) -> tuple[str, ...]:
    """What tells a filter from others, with its values and the database."""
    return connection.settings_dict["NAME"], *(str(given.get(name)) for name in _REMEMBERED)


@cache
def counting_sql(filters: frozenset[str], most: int) -> str:
    """Return the statement that counts what passes, no further than ``most``."""
    return _COUNT.format(own=passing_sql(filters, columns=""), most=most)


@cache
def _exact(filters: frozenset[str], limit: int) -> str:
    found = _COMPARED.format(own=passing_sql(filters, columns=_COLUMNS))
    return _READ.format(near=_SORTED.format(found=found, limit=limit))


@cache
def _approximate(filters: frozenset[str], limit: int) -> str:
    found = _INDEXED.format(
        columns=_COLUMNS,
        checked=checked_sql(filters),
        taken=ceil(TAKEN * limit),
    )
    return _READ.format(near=_SORTED.format(found=found, limit=limit))


def checked_sql(filters: frozenset[str]) -> str:
    """Return the conditions under which a vector, as a, passes; each is asked of the row, and none is joined."""
    of_role = "role_id" in filters
    active = _ACTIVE.format(owner="r" if of_role else "a", traits=_traits(filters))
    return _CHECKED.format(
        of_key=_OF_KEY,
        passing=_ACTIVE_OF_ROLE.format(active=active) if of_role else active,
        narrowed=(_IN_LANGUAGE if "language" in filters else "")
        + (_HASHED_ONE_OF if "credential_ids" in filters else ""),
    )


def _traits(filters: frozenset[str]) -> str:
    return "".join(condition for name, condition in _TRAITS.items() if name in filters)


def passing_sql(filters: frozenset[str], *, columns: str) -> str:
    """Return the passages that pass as a table p with these columns, found by the credentials that pass."""
    credentials = _ROLES_CREDENTIALS if "role_id" in filters else _ALL_CREDENTIALS
    return _OWN.format(
        credentials=credentials + _traits(filters) + (_ONE_OF if "credential_ids" in filters else ""),
        columns=columns,
        of_key=_OF_KEY,
        in_language=_IN_LANGUAGE if "language" in filters else "",
    )


def _ask(sql: str, given: dict[str, Any], vector: Any) -> list[Passage]:
    return [Passage(*row) for row in fetch_rows(sql, {**given, "vector": BinaryVector.of(vector)})]


def written(vector: Any) -> str:
    """A vector as pgvector reads it, to the last bit of its float32; in a third of the time that ``repr`` takes."""
    return _NUMBERS % tuple(vector.tolist())
