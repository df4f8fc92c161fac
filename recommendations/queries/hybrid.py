"""Finding passages by meaning and by words at once.

By words, a passage scores the sum over the query's words (stems, without stop words) of rarity times ``ts_rank``: a
word that few passages have tells more, and one in the title counts most. Any word may be missing: most queries are a
few words long, and a search for all of them would find nothing.
"""

import uuid
from collections.abc import Collection, Sequence
from math import log, sqrt
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, F, FloatField, Func, OuterRef, QuerySet, Subquery, Value
from pgvector.django import CosineDistance

from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.models import EmbeddingArtifact, TitleEmbedding
from recommendations.queries.search import comparable, nearest, passages_of
from recommendations.retrieval import Passage, fuse_ranks

# How deep each search goes before the two are fused.
DEPTH: Final = 100
# Of a long query the rarest words are looked up: each costs a pass over what was found.
MOST_WORDS: Final = 12
# For words in the text, (unused), in the heading and in the title.
FIELD_WEIGHTS: Final = "{0.4,0.6,0.8,1.0}"
# What the title adds to a passage's meaning, the middle of a plateau (.25 to .4).
TITLE_SHARE: Final = 0.3
WORDS_OF = """
SELECT stem, (SELECT count(*) FROM document_chunks WHERE words @@ quote_literal(stem)::tsquery),
       (SELECT reltuples FROM pg_class WHERE oid = 'document_chunks'::regclass)
  FROM unnest(tsvector_to_array(to_tsvector('english', %s))) AS stem
"""


class _Query(Func):
    """Quoted stems as a query, not to be cut down again."""

    template = "(%(expressions)s)::text::tsquery"


class _Contains(Func):
    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class _Rank(Func):
    function = "ts_rank"
    template = f"%(function)s('{FIELD_WEIGHTS}'::float4[], %(expressions)s)"
    output_field = FloatField()


def hybrid(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    key: EmbeddingKey,
    limit: int,
    role_id: uuid.UUID | None = None,
    language: str | None = None,
    credential_ids: Collection[uuid.UUID] | None = None,
) -> list[list[Passage]]:
    """Return, for each text and its vector, the ``limit`` passages that come first by meaning and by words together.

    Filters are those of `nearest`. ``similarity`` stays the cosine; the ranks say how a passage was found.
    """
    depth = max(DEPTH, limit)
    rows = comparable(key, role_id, language, credential_ids)
    near = nearest(
        vectors, key=key, limit=depth, role_id=role_id, language=language, credential_ids=credential_ids
    )
    return [
        fuse_ranks(_with_titles(passages, vector, key), _by_words(rows, text, vector, depth), limit=limit)
        for text, vector, passages in zip(texts, vectors, near, strict=True)
    ]


def by_words(
    texts: Sequence[str],
    vectors: Vectors,
    *,
    key: EmbeddingKey,
    limit: int,
    role_id: uuid.UUID | None = None,
    language: str | None = None,
    credential_ids: Collection[uuid.UUID] | None = None,
) -> list[list[Passage]]:
    """Return, for each text, the ``limit`` passages whose words fit best, the best first."""
    rows = comparable(key, role_id, language, credential_ids)
    return [_by_words(rows, text, vector, limit) for text, vector in zip(texts, vectors, strict=True)]


def _by_words(rows: QuerySet[EmbeddingArtifact], text: str, vector: Any, limit: int) -> list[Passage]:
    rarities = _rarities(text)
    if not rarities:
        return []
    words = F("chunk__words")
    score: Any = Value(0.0, output_field=FloatField())
    for stem, rarity in rarities:
        score = score + Value(rarity, output_field=FloatField()) * _Rank(words, _Query(Value(_quoted(stem))))
    any_of = _Query(Value(" | ".join(_quoted(stem) for stem, _ in rarities)))
    found = rows.filter(_Contains(words, any_of)).annotate(
        score=score, distance=CosineDistance("vector", vector)
    )
    return passages_of(found.order_by("-score", "distance", "pk")[:limit])


def _rarities(text: str) -> list[tuple[str, float]]:
    """The stems of a text that any passage has, with ``ln(1 + (N - n + .5) / (n + .5))`` for n of N, rarest first."""
    with connection.cursor() as cursor:
        cursor.execute(WORDS_OF, [text])
        rows = cursor.fetchall()
    found = []
    for stem, number, estimate in rows:
        passages = max(float(estimate), float(number))
        if number:
            found.append((stem, log(1.0 + (passages - number + 0.5) / (number + 0.5))))
    return sorted(found, key=lambda one: (-one[1], one[0]))[:MOST_WORDS]


def _quoted(stem: str) -> str:
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'"


def _with_titles(passages: Sequence[Passage], vector: Any, key: EmbeddingKey) -> list[Passage]:
    """Sort passages by the cosine with the weighted mean of their vector and their document's title's."""
    title = TitleEmbedding.objects.filter(
        document=OuterRef("chunk__document"), provider=key.provider, model=key.model, dimension=key.dimension
    ).values("vector")[:1]
    rows = (
        EmbeddingArtifact.objects.filter(pk__in=[one.artifact_id for one in passages])
        .annotate(title=Subquery(title))
        .annotate(title_distance=CosineDistance("title", vector), apart=CosineDistance("vector", F("title")))
        .filter(title__isnull=False)
    )
    titles = {
        pk: (1.0 - distance, 1.0 - apart)
        for pk, distance, apart in rows.order_by().values_list("pk", "title_distance", "apart")
    }
    return sorted(
        passages,
        key=lambda one: (-_with_title(one.similarity, titles.get(one.artifact_id)), str(one.artifact_id)),
    )


def _with_title(similarity: float, title: tuple[float, float] | None) -> float:
    if title is None:
        return similarity
    to_query, to_passage = title
    share = TITLE_SHARE
    length = sqrt((1 - share) ** 2 + share**2 + 2 * share * (1 - share) * to_passage)
    return ((1 - share) * similarity + share * to_query) / max(length, 1e-9)
