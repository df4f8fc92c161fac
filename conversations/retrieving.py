"""Looking for passages about a question, alone and together with what was talked about before.

Whether a question follows an earlier one is decided by similarity: put behind the earlier one's topic it comes nearer
to something in the catalog than it does alone. A question without a subject of its own follows the latest in any case;
any other one follows only where half of its words come up in what is found.

A question is embedded on this machine and nowhere else. Where the index is by an embedder elsewhere it is searched for
by its words, and what they find is compared here (decision 54).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog import queries as catalog
from conversations.analysis import Analysis, beginnings
from conversations.records import Record
from conversations.selecting import Found, texts_of
from microcred.ai.base import Embedder, EmbeddingKey, Vectors
from microcred.ai.vector_validation import embed_validated
from recommendations import queries as recommendations
from recommendations.citing import Source
from recommendations.embedding_caches import QueryVectors, SentenceVectors
from recommendations.services.embeddings import embedded_text

PASSAGES: Final = 8
# How many passages that words find are compared; with half and with three times as many answers were no better.
COMPARED: Final = 30
# How much nearer (cosine) the catalog must come by an earlier topic, measured (decision 41); where a word of the
# question refers back it is enough that it comes no less near.
GAIN: Final = 0.225
GAIN_BY_REFERENCE: Final = 0.0

_sentence_vectors: Final = SentenceVectors()
_passage_vectors: Final = QueryVectors(most=4096)


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for, with its vector, and the passages found, the best first; ``cosine`` is that of the
    nearest."""

    text: str
    vector: Vectors
    passages: tuple[Found, ...]

    @property
    def cosine(self) -> float:
        """How near the nearest passage comes."""
        return max((one.nearness for one in self.passages), default=0.0)


@dataclass(frozen=True, slots=True)
class SelectedSearch:
    """The search that counts; ``follows`` is the place of the earlier topic that it was made with, None for alone."""

    search: Search
    follows: int | None = None


def look(question: str, analysis: Analysis, topics: Sequence[str], embedder: Embedder) -> SelectedSearch:
    """Search for a question; ``topics`` are those of what was asked before, the latest first.

    Raises:
        ProviderError: from the embedder.
    """
    alone, *joined = searches([question, *(f"{topic} {question}" for topic in topics)], embedder)
    if analysis.is_vague:
        return SelectedSearch(joined[0], 0) if joined else SelectedSearch(alone)
    needed = GAIN_BY_REFERENCE if analysis.refers_back else GAIN
    gains = [one.cosine - alone.cosine for one in joined]
    best = max(range(len(gains)), key=lambda place: (gains[place], -place), default=None)
    if best is None or gains[best] < needed or not _is_about(analysis, joined[best]):
        return SelectedSearch(alone)
    return SelectedSearch(joined[best], best)


def _is_about(analysis: Analysis, joined: Search) -> bool:
    """Whether the question itself, and not only what was asked before it, is about what was found."""
    wanted = beginnings(" ".join(analysis.subject))
    found = frozenset[str]().union(*(beginnings(one.source.text) for one in joined.passages))
    return len(wanted & found) >= len(wanted) / 2


def sentence_nearness(search: Search, embedder: Embedder) -> Mapping[str, float]:
    """Return the cosine of every sentence that was found to what was searched for."""
    return _sentence_vectors.nearness(texts_of(search.passages), [search.vector], embedder=embedder)[0]


def searches(texts: Sequence[str], embedder: Embedder) -> list[Search]:
    """Search for texts, each by itself. Raises as `look` does."""
    key, active = EmbeddingKey.of(embedder), recommendations.active_key()
    vectors = embed_validated(embedder, texts)
    titles = {pk: one.title for pk, one in recommendations.offers().by_id.items()}
    if active in (None, key):
        hits = recommendations.hybrid(texts, vectors, key=key, limit=PASSAGES)
        passages = [recommendations.passages_of(own) for own in hits]
    else:
        hits = recommendations.by_words(texts, None, key=active, limit=COMPARED)
        passages = [
            _compared(recommendations.passages_of(own), vector, titles, embedder)
            for own, vector in zip(hits, vectors, strict=True)
        ]
    return [
        Search(text, vector, _found(own, titles))
        for text, vector, own in zip(texts, vectors, passages, strict=True)
    ]


def _compared(
    passages: Sequence[recommendations.Passage],
    vector: Vectors,
    titles: Mapping[uuid.UUID, str],
    embedder: Embedder,
) -> list[recommendations.Passage]:
    """The first of what words found, by how near it comes and how well its words fit, as a search by both ranks it."""
    known = [one for one in passages if one.credential_id in titles]
    if not known:
        return []
    texts = [embedded_text(titles[one.credential_id], one.heading, one.snippet) for one in known]
    cosines = (_passage_vectors.of(texts, embedder) @ vector).tolist()
    return recommendations.compared(known, cosines, limit=PASSAGES)


def records_of(credential_ids: Sequence[uuid.UUID]) -> list[Record]:
    """Return the records of these credentials, as far as they are active, in this order."""
    rows = catalog.credentials().filter(pk__in=credential_ids).prefetch_related("prerequisites")
    found = {
        row.pk: Record(
            credential_id=row.pk,
            title=row.title,
            provider=row.provider,
            hours=row.hours,
            level=row.level,
            language=catalog.other_language(row.language) or "English",
            before=tuple(sorted(one.title for one in row.prerequisites.all())),
        )
        for row in rows
    }
    return [found[pk] for pk in credential_ids if pk in found]


def _found(passages: Sequence[recommendations.Passage], titles: Mapping[uuid.UUID, str]) -> tuple[Found, ...]:
    standing = recommendations.standing_verbatim(passages)
    return tuple(
        Found(
            source=Source(
                str(mark),
                one.snippet,
                (titles[one.credential_id], one.heading),
                one.artifact_id in standing,
            ),
            credential_id=one.credential_id,
            title=titles[one.credential_id],
            heading=one.heading,
            uri=one.source_uri,
            start=one.start,
            end=one.end,
            nearness=one.similarity,
        )
        for mark, one in enumerate((one for one in passages if one.credential_id in titles), start=1)
    )
