"""What to search the catalog for, and what was found says about each credential.

Each of the heaviest needs is searched for on its own: one query for all of them would land between the skills. By
meaning it asks for the skill's substance; a query that names the role or levels finds whom a course is for rather than
what it teaches. By words it asks for the skill's name and what the catalog says that it means.

The two searches are fused by reciprocal rank (Cormack, Clarke and Buettcher, 2009)::

    fused = 1 / (K + rank by meaning) + WORDS_SHARE / (K + rank by words)

``K`` and ``WORDS_SHARE`` are the middle of a plateau (2 to 6, .3 to .6) on 2,440 job titles to be matched with O*NET
occupations; the published 60 with equal shares lets a search by words that knows no synonyms pull good finds down.

A rank alone says nothing of how well the first fits, and a cosine alone nothing of words. So a passage counts by both,
and a credential by its best passage for the need that matters most to the learner::

    relevance = (max(0, cosine) + fused / highest possible) / 2
    score     = max over needs n of (weight(n) / weight(heaviest need)) * relevance(n, passage)
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from recommendations.gaps import Need

MAX_QUERIES: Final = 5
K: Final = 3
WORDS_SHARE: Final = 0.5
_HIGHEST: Final = (1 + WORDS_SHARE) / (K + 1)
_Order = tuple[float, float, uuid.UUID]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for on behalf of a need: a text by meaning and ``words``; ``share`` is the need's weight beside
    the heaviest (0 to 1)."""

    skill_key: str
    text: str
    share: float
    words: str = ""


class Hit(NamedTuple):
    """A passage found: whose it is, and its cosine similarity to the query (-1 to 1).

    The ranks are its places, from 1, among what was found by vector, by words, and by both together for that query;
    None where it is not in that list.
    """

    credential_id: uuid.UUID
    artifact_id: uuid.UUID
    similarity: float
    vector_rank: int | None = None
    text_rank: int | None = None
    fused_rank: int | None = None

    @property
    def fused(self) -> float:
        """The fused reciprocal ranks."""
        by_meaning = 1 / (K + self.vector_rank) if self.vector_rank else 0.0
        by_words = WORDS_SHARE / (K + self.text_rank) if self.text_rank else 0.0
        return by_meaning + by_words

    @property
    def relevance(self) -> float:
        """What the passage says for its credential, from 0 to 1; 1 is the same text, first in both lists."""
        return (min(1.0, max(0.0, self.similarity)) + self.fused / _HIGHEST) / 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage found: where it stands, what it says, the hash of what was embedded; the rest is as in `Hit`."""

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
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for one credential, each passage once where it says most, the most relevant first."""

    score: float
    hits: tuple[Hit, ...]


def search_queries(needs: Sequence[Need], meanings: Mapping[str, str] | None = None) -> list[SearchQuery]:
    """Return what to search for, one query for each of the five heaviest needs, the heaviest first.

    ``meanings`` say in words what skills are, by key.
    """
    heaviest = max((need.weight for need in needs), default=0.0)
    return [
        SearchQuery(
            skill_key=need.skill_key,
            text=f"{need.skill_name}: topics, techniques and practical tasks",
            share=need.weight / heaviest,
            words=f"{need.skill_name} {(meanings or {}).get(need.skill_key, '')}".strip(),
        )
        for need in needs[:MAX_QUERIES]
        if need.weight > 0
    ]


def gather(found: Sequence[tuple[SearchQuery, Sequence[Hit]]]) -> dict[uuid.UUID, Evidence]:
    """Collect what the queries found, by credential."""
    best: dict[uuid.UUID, tuple[_Order, Hit]] = {}
    scores: dict[uuid.UUID, float] = {}
    for query, hits in found:
        for hit in hits:
            relevance = hit.relevance
            order = (-relevance, -hit.similarity, hit.artifact_id)
            known = best.get(hit.artifact_id)
            if known is None or order < known[0]:
                best[hit.artifact_id] = order, hit
            score = query.share * relevance
            scores[hit.credential_id] = max(score, scores.get(hit.credential_id, 0.0))
    of_each: dict[uuid.UUID, list[tuple[_Order, Hit]]] = {credential_id: [] for credential_id in scores}
    for one in best.values():
        of_each[one[1].credential_id].append(one)
    return {
        credential_id: Evidence(score, tuple(hit for _, hit in sorted(of_each[credential_id], key=_first)))
        for credential_id, score in scores.items()
    }


def best_of_each(hits: Iterable[Hit]) -> list[Hit]:
    """Return the most relevant hit of every credential; of a credential's score nothing else matters."""
    best: dict[uuid.UUID, tuple[float, Hit]] = {}
    for hit in hits:
        relevance, standing = hit.relevance, best.get(hit.credential_id)
        if standing is None or relevance > standing[0]:
            best[hit.credential_id] = relevance, hit
    return [hit for _, hit in best.values()]


def fuse_ranks(hits: Iterable[Hit], *, limit: int) -> list[Hit]:
    """Return the first by both ranks together, with their fused ranks; ties go to what is nearer in meaning."""
    ordered = sorted(hits, key=lambda hit: (-hit.fused, -hit.similarity, hit.artifact_id))
    return [Hit(*hit[:-1], fused_rank=rank) for rank, hit in enumerate(ordered[:limit], start=1)]


def _first(one: tuple[_Order, Hit]) -> _Order:
    return one[0]
