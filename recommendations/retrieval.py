"""What to search the catalog for, and what the passages found say about each credential.

Each of the heaviest needs is searched for on its own: one query for all of them would land between the
skills. It asks for the skill's substance; a query that names the role or levels finds whom a course is for
rather than what it teaches. A credential's retrieval score is its best passage for the need that matters most
to the learner::

    score = max over needs n of (weight(n) / weight(heaviest need)) * max(0, cosine(n, passage))

Two searches, by meaning and by words, are fused by reciprocal rank (Cormack, Clarke and Buettcher, 2009)::

    1 / (K + rank by meaning) + WORDS_SHARE / (K + rank by words)

``K`` and ``WORDS_SHARE`` are the middle of a plateau (2 to 6, .3 to .6) on 2,440 job titles to be matched with O*NET
occupations; the published 60 with equal shares lets a search by words that knows no synonyms pull good finds down.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from recommendations.gaps import Need

MAX_QUERIES: Final = 5
K: Final = 3
WORDS_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A text to search for on behalf of a need; ``share`` is the need's weight beside the heaviest (0 to 1)."""

    skill_key: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage found: where it stands, what it says, and its cosine similarity to one query (-1 to 1).

    The ranks are its places, from 1, among what was found by vector, by words, and by both together for that query;
    None where it is not in that list, or there was none.
    """

    credential_id: uuid.UUID
    artifact_id: uuid.UUID
    source_uri: str
    heading: str
    snippet: str
    start: int
    end: int
    similarity: float
    vector_rank: int | None = None
    text_rank: int | None = None
    fused_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages found for one credential, each once at its best similarity, the nearest first."""

    score: float
    passages: tuple[Passage, ...]


def search_queries(needs: Sequence[Need]) -> list[SearchQuery]:
    """Return the texts to search for, one for each of the five heaviest needs, the heaviest first."""
    heaviest = max((need.weight for need in needs), default=0.0)
    return [
        SearchQuery(need.skill_key, _query_text(need), need.weight / heaviest)
        for need in needs[:MAX_QUERIES]
        if need.weight > 0
    ]


def gather(found: Sequence[tuple[SearchQuery, Sequence[Passage]]]) -> dict[uuid.UUID, Evidence]:
    """Collect what the queries found, by credential."""
    best: dict[uuid.UUID, Passage] = {}
    scores: dict[uuid.UUID, float] = {}
    for query, passages in found:
        for passage in passages:
            known = best.get(passage.artifact_id)
            if known is None or passage.similarity > known.similarity:
                best[passage.artifact_id] = passage
            score = query.share * min(1.0, max(0.0, passage.similarity))
            scores[passage.credential_id] = max(score, scores.get(passage.credential_id, 0.0))
    return {
        credential_id: Evidence(score, _of_credential(best, credential_id))
        for credential_id, score in scores.items()
    }


def fuse_ranks(by_meaning: Sequence[Passage], by_words: Sequence[Passage], *, limit: int) -> list[Passage]:
    """Fuse what two searches found, each the best first; ties go to what is nearer in meaning."""
    found = {one.artifact_id: one for one in (*by_words, *by_meaning)}
    meaning_ranks = {one.artifact_id: rank for rank, one in enumerate(by_meaning, start=1)}
    words_ranks = {one.artifact_id: rank for rank, one in enumerate(by_words, start=1)}
    scores = {
        key: (1 / (K + meaning_ranks[key]) if key in meaning_ranks else 0.0)
        + (WORDS_SHARE / (K + words_ranks[key]) if key in words_ranks else 0.0)
        for key in found
    }
    ordered = sorted(
        found.values(), key=lambda one: (-scores[one.artifact_id], -one.similarity, str(one.artifact_id))
    )
    return [
        replace(
            one,
            vector_rank=meaning_ranks.get(one.artifact_id),
            text_rank=words_ranks.get(one.artifact_id),
            fused_rank=rank,
        )
        for rank, one in enumerate(ordered[:limit], start=1)
    ]


def _of_credential(best: Mapping[uuid.UUID, Passage], credential_id: uuid.UUID) -> tuple[Passage, ...]:
    own = [passage for passage in best.values() if passage.credential_id == credential_id]
    return tuple(sorted(own, key=lambda passage: (-passage.similarity, passage.source_uri, passage.start)))


def _query_text(need: Need) -> str:
    return f"{need.skill_name}: topics, techniques and practical tasks"
