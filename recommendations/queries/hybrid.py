"""Finding passages by meaning and by words at once, for all needs of a learner in one question to the database.

By words, a passage scores the sum over the query's words (stems, without stop words) of rarity times ``ts_rank``: a
word that few passages have tells more, and one in the title counts most. Any word may be missing: most queries are a
few words long, and a search for all of them would find nothing. Sums are compared in single precision: their last
digits depend on the order in which the database adds, and would sort what is equal at random.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import log
from typing import Any, Final

from django.db import transaction

from microcred.ai.base import EmbeddingKey, Vectors
from microcred.pipelining import fetch_rows
from recommendations.queries.hybrid_sql import SearchPlan, hybrid_sql
from recommendations.queries.passages import Filters, parameters
from recommendations.queries.search import EXACT_ROWS, OVERFETCH, compares_all, counting_sql, written
from recommendations.retrieval import MOST_OF_ONE, Hit, flooding, fuse_ranks

# How deep each search goes before the two are fused.
DEPTH: Final = 100
# As far as the index can be followed at once.
MOST_EF_SEARCH: Final = 1000
# Of a long query the rarest words are looked up, and those that most passages have only where there are no others.
MOST_WORDS: Final = 12
MOST_MET: Final = 20_000
# For words in the text, (unused), in the heading and in the title.
FIELD_WEIGHTS: Final = "{0.4,0.6,0.8,1.0}"
# What the title adds to a passage's meaning, the middle of a plateau (.25 to .4).
TITLE_SHARE: Final = 0.3
# The number of all passages stands under the empty word.
_STEMS: Final = """
SELECT t.ord, s.stem, coalesce(w.passages, 0), (SELECT passages FROM word_counts WHERE word = '')
  FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS t(text, ord)
 CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('english', t.text))) AS s(stem)
  LEFT JOIN word_counts w ON w.word = s.stem"""
_STEMS_AND_NUMBER: Final = f"{_STEMS} UNION ALL SELECT 0, '', ({{counted}}), 0"
_DEEPER: Final = "SELECT set_config('hnsw.ef_search', %(ef)s, true)"

Words = list[tuple[int, str, float]]


def hybrid(
    texts: Sequence[str], vectors: Vectors, *, key: EmbeddingKey, limit: int, filters: Filters | None = None
) -> list[list[Hit]]:
    """Return, for each text and its vector, the ``limit`` passages that come first by meaning and by words together.

    Both searches go 100 passages deep, the one by meaning through the index where more than 2,000 pass the filter.
    """
    return _searched(texts, vectors, key, limit, filters or Filters(), meaning=True)


def by_words(
    texts: Sequence[str],
    vectors: Vectors | None,
    *,
    key: EmbeddingKey,
    limit: int,
    filters: Filters | None = None,
) -> list[list[Hit]]:
    """Return, for each text, the ``limit`` passages whose words fit best, the best first.

    Of those that fit as well the nearer comes first; without ``vectors`` nothing is compared, and similarities are 0.
    """
    return _searched(texts, vectors, key, limit, filters or Filters(), meaning=False)


def _searched(
    texts: Sequence[str],
    vectors: Vectors | None,
    key: EmbeddingKey,
    limit: int,
    filters: Filters,
    *,
    meaning: bool,
) -> list[list[Hit]]:
    if not texts:
        return []
    names, values, depth = filters.names, parameters(key, filters), max(DEPTH, limit)
    words, number = _asked_words(texts, names, values)
    values |= {
        "vectors": [] if vectors is None else [written(vector) for vector in vectors],
        "depth": depth,
        "overfetched": OVERFETCH * depth,
        "share": TITLE_SHARE,
        "fields": FIELD_WEIGHTS,
        "ords": [ord_ for ord_, _, _ in words],
        "stems": [stem for _, stem, _ in words],
        "rarities": [rarity for _, _, rarity in words],
    }
    way = SearchPlan(
        names,
        meaning,
        exact=compares_all(number) or not meaning,
        several=len(texts) > 1,
        compared=vectors is not None,
    )
    return [fuse_ranks(one, limit=limit) for one in _lists(way, values, len(texts))]


def _lists(way: SearchPlan, values: dict[str, Any], number: int) -> list[list[Hit]]:
    """The hits of each text, in no order. Where a credential has more than its places it is asked once more."""
    lists = _asked(way, values, number)
    floods = frozenset[uuid.UUID]().union(*map(flooding, lists))
    if not floods:
        return lists
    return _asked(
        replace(way, thinned=True), values | {"most": MOST_OF_ONE, "flooding": list(floods)}, number
    )


def _asked(way: SearchPlan, values: dict[str, Any], number: int) -> list[list[Hit]]:
    lists: list[list[Hit]] = [[] for _ in range(number)]
    for ord_, *fields in _rows(way, values):
        lists[ord_ - 1].append(Hit(*fields))
    return lists


def _rows(way: SearchPlan, values: dict[str, Any]) -> list[Any]:
    if way.exact:
        return fetch_rows(hybrid_sql(way), values)
    with transaction.atomic():
        fetch_rows(_DEEPER, {"ef": str(min(values["overfetched"], MOST_EF_SEARCH))})
        return fetch_rows(hybrid_sql(way), values)


def rarest_of(texts: Sequence[str]) -> list[list[tuple[str, float]]]:
    """Return the stems to look up for each text, ready for a search, with their rarity."""
    return [
        [(stem, rarity) for _, stem, rarity in own]
        for own in _rarest_by_text(fetch_rows(_STEMS, {"texts": list(texts)}), len(texts))
    ]


def _asked_words(texts: Sequence[str], names: frozenset[str], values: dict[str, Any]) -> tuple[Words, int]:
    """The stems to look up for each text, by its place from 1, with their rarity; and how many vectors pass, counted
    to one above the bound."""
    counted = counting_sql(names, EXACT_ROWS + 1)
    found = fetch_rows(_STEMS_AND_NUMBER.format(counted=counted), {**values, "texts": list(texts)})
    number = next(passages for ord_, _, passages, _ in found if not ord_)
    return [one for own in _rarest_by_text(found, len(texts)) for one in own], number


def _rarest_by_text(found: Iterable[tuple[int, str, int, int | None]], number: int) -> list[Words]:
    stems: list[list[tuple[str, int, int]]] = [[] for _ in range(number)]
    for ord_, stem, passages, whole in found:
        if ord_:
            stems[ord_ - 1].append((stem, passages, whole or 0))
    return [
        [(ord_, _quoted(stem), rarity) for stem, rarity in _rarest(own)] for ord_, own in enumerate(stems, 1)
    ]


def _rarest(stems: Iterable[tuple[str, int, int]]) -> Iterator[tuple[str, float]]:
    """Stems with ``ln(1 + (N - n + .5) / (n + .5))`` for n of N passages, the rarest first; without those that no
    passage has."""
    met = 0
    known = [one for one in stems if one[1] or not one[2]]
    for number, (stem, passages, whole) in enumerate(sorted(known, key=lambda one: (one[1], one[0]))):
        met += passages
        if number and (number >= MOST_WORDS or met > MOST_MET):
            return
        yield stem, log(1.0 + (max(whole, passages) - passages + 0.5) / (passages + 0.5))


def _quoted(stem: str) -> str:
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'"
