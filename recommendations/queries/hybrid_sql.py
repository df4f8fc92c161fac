"""The statement that searches by meaning and by words at once, put together of its parts.

Each part is worked out once, and says so: PostgreSQL believes a table empty that was analyzed while its rows were being
loaded, and would otherwise look up the words once for every passage.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from recommendations.queries.search import checked_sql, passing_sql

_ASKED: Final = """
asked AS MATERIALIZED (
  SELECT t.ord, t.q::vector(384) AS q FROM unnest(%(vectors)s::text[]) WITH ORDINALITY AS t(q, ord)
)"""
_PASSING: Final = "passing AS {kept} (SELECT p.* FROM {passing})"
_NEAR: Final = """
near AS MATERIALIZED (
  SELECT asked.ord, asked.q, one.* FROM asked CROSS JOIN LATERAL (
    SELECT f.id, f.distance FROM ({found}) f ORDER BY f.distance, f.id LIMIT %(depth)s
  ) one
)"""
_COMPARED: Final = "SELECT p.id, p.vector <=> asked.q AS distance{owner} FROM passing p"
_BY_INDEX: Final = """
      SELECT a.id, a.vector <=> asked.q AS distance{owner} FROM embedding_artifacts a WHERE {checked}
       ORDER BY a.vector::halfvec(384) <=> asked.q::halfvec(384) LIMIT %(overfetched)s"""
# Who floods would fill what the index gives; all their passages are compared.
_BESIDE_FLOODING: Final = """
      ({others}) UNION ALL
      SELECT a.id, a.vector <=> asked.q AS distance{owner} FROM embedding_artifacts a
       WHERE {checked} AND a.credential_id = ANY(%(flooding)s::uuid[])"""
_NOT_FLOODING: Final = " AND a.credential_id <> ALL(%(flooding)s::uuid[])"
# Of each credential those that come first.
_THINNED: Final = """
      SELECT * FROM (
        SELECT s.*, row_number() OVER (PARTITION BY {within}s.credential_id ORDER BY {first}, s.id) AS own
          FROM ({found}) s
      ) o WHERE o.own <= %(most)s"""
# The cosine with the weighted mean of the passage's vector and its document's title's.
_BY_MEANING: Final = """
meant AS MATERIALIZED (
  SELECT n.ord, n.id, a.credential_id, n.distance,
         row_number() OVER (
           PARTITION BY n.ord
           ORDER BY CASE WHEN t.id IS NULL THEN 1 - n.distance ELSE
             ((1 - %(share)s::float8) * (1 - n.distance) + %(share)s::float8 * (1 - (t.vector <=> n.q)))
             / greatest(1e-9, sqrt((1 - %(share)s::float8) ^ 2 + %(share)s::float8 ^ 2
               + 2 * %(share)s::float8 * (1 - %(share)s::float8) * (1 - (a.vector <=> t.vector))))
           END DESC, n.id
         ) AS place
    FROM near n
    JOIN embedding_artifacts a ON a.id = n.id
    JOIN document_chunks d ON d.id = a.chunk_id
    LEFT JOIN title_embeddings t ON t.document_id = d.document_id AND t.provider = %(provider)s
     AND t.model = %(model)s AND t.dimension = %(dimension)s
)"""
_BY_WORDS: Final = """
stems AS (
  SELECT ord, stem::tsquery AS query, rarity
    FROM unnest(%(ords)s::int[], %(stems)s::text[], %(rarities)s::float8[]) AS s(ord, stem, rarity)
),
met AS MATERIALIZED (
  SELECT s.ord, a.id, sum(s.rarity * ts_rank(%(fields)s::float4[], w.words, s.query))::float4 AS score
    FROM stems s
   CROSS JOIN LATERAL (SELECT id, words FROM document_chunks WHERE words @@ s.query OFFSET 0) w
    JOIN embedding_artifacts a ON a.chunk_id = w.id
   WHERE {checked}
   GROUP BY s.ord, a.id
),
scored AS (
  SELECT m.ord, a.id, a.credential_id, m.score, {distance} AS distance
    FROM met m {asked}JOIN embedding_artifacts a ON a.id = m.id
),
worded AS MATERIALIZED (
  SELECT * FROM (
    SELECT w.ord, w.id, w.credential_id, w.distance,
           row_number() OVER (PARTITION BY w.ord ORDER BY w.score DESC, w.distance, w.id) AS place
      FROM ({scored}) w
  ) o WHERE o.place <= %(depth)s
)"""
_ITS_DISTANCE: Final = {"distance": "a.vector <=> asked.q", "asked": "JOIN asked ON asked.ord = m.ord "}
_NO_DISTANCE: Final = {"distance": "1::float8", "asked": ""}
_BOTH: Final = """
SELECT coalesce(m.ord, w.ord), coalesce(m.credential_id, w.credential_id), coalesce(m.id, w.id),
       1 - coalesce(m.distance, w.distance), m.place, w.place
  FROM meant m FULL JOIN worded w ON w.ord = m.ord AND w.id = m.id"""
_WORDS: Final = """
SELECT ord, credential_id, id, 1 - distance, NULL::bigint, place FROM worded"""


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How to search: the filters that are on; by ``meaning`` too, or by words alone; ``exact``, comparing all that
    passes, or by the index; for ``several`` vectors or one; ``thinned``: of each credential only so many passages;
    ``compared``: with vectors, without which a search goes by words alone."""

    filters: frozenset[str]
    meaning: bool
    exact: bool
    several: bool
    thinned: bool = False
    compared: bool = True


@cache
def hybrid_sql(way: SearchPlan) -> str:
    """Return the statement of this way."""
    parts, checked, scored = [_ASKED] * way.compared, checked_sql(way.filters), "SELECT * FROM scored"
    if way.meaning:
        parts += [*(_exact(way) if way.exact else _indexed(way, checked)), _BY_MEANING]
    if way.thinned:
        scored = _THINNED.format(within="s.ord, ", first="s.score DESC, s.distance", found=scored)
    distance = _ITS_DISTANCE if way.compared else _NO_DISTANCE
    parts.append(_BY_WORDS.format(checked=checked, scored=scored, **distance))
    return f"WITH {','.join(parts)} {_BOTH if way.meaning else _WORDS}"


def _exact(way: SearchPlan) -> list[str]:
    # For several vectors the rows that pass are gathered once.
    kept = "MATERIALIZED" if way.several else "NOT MATERIALIZED"
    columns = "a.id, a.vector" + (", a.credential_id" if way.thinned else "")
    found = _COMPARED.format(owner=", p.credential_id" if way.thinned else "")
    if way.thinned:
        found = _nearest_of_each(found)
    return [
        _PASSING.format(kept=kept, passing=passing_sql(way.filters, columns=columns)),
        _NEAR.format(found=found),
    ]


def _indexed(way: SearchPlan, checked: str) -> list[str]:
    if not way.thinned:
        found = _BY_INDEX.format(checked=checked, owner="")
    else:
        owner = ", a.credential_id"
        others = _BY_INDEX.format(checked=checked + _NOT_FLOODING, owner=owner)
        found = _nearest_of_each(_BESIDE_FLOODING.format(others=others, checked=checked, owner=owner))
    return [_NEAR.format(found=found)]


def _nearest_of_each(found: str) -> str:
    return _THINNED.format(within="", first="s.distance", found=found)
