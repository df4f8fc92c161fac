"""What to search the catalog for, and what was found says about each credential.

Each of the heaviest needs is searched for on its own: one query for all of them would land between the skills. By
meaning it asks for the skill's substance; a query that names the role or levels finds whom a course is for rather than
what it teaches. By words it asks for the skill's name and what the catalog says that it means.

The two searches are fused by reciprocal rank (Cormack, Clarke and Buettcher, 2009)::

    fused = 1 / (K + rank by meaning) + WORDS_SHARE / (K + rank by words)

``K`` and ``WORDS_SHARE`` are the middle of a plateau (2 to 6, .3 to .6) on 2,440 job titles to be matched with O*NET
occupations; the published 60 with equal shares lets a search by words that knows no synonyms pull good finds down.

In neither list has a credential more than ``MOST_OF_ONE`` places, so that a document of thousands of passages leaves
room for others.

A rank alone says nothing of how well the first fits, and a cosine alone nothing of words. So a passage counts by both,
and a credential by its best passage for the need that matters most to the learner::

    relevance = (max(0, cosine) + fused / highest possible) / 2
    score     = max over needs n of (weight(n) / weight(heaviest need)) * relevance(n, passage)
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from recommendations.gaps import Need

MAX_QUERIES: Final = 5
K: Final = 3
WORDS_SHARE: Final = 0.5
# More than anybody is shown of one, and than most have.
MOST_OF_ONE: Final = 10
HIGHEST: Final = (1 + WORDS_SHARE) / (K + 1)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for on behalf of a need: a text by meaning and ``words``; ``share`` is the need's weight beside
    the heaviest (0 to 1)."""

    skill_key: str
    text: str
    share: float
    words: str = ""


def _fused(vector_rank: int | None, text_rank: int | None) -> float:
    by_meaning = 1 / (K + vector_rank) if vector_rank else 0.0
    by_words = WORDS_SHARE / (K + text_rank) if text_rank else 0.0
    return by_meaning + by_words


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
        return _fused(self.vector_rank, self.text_rank)

    @property
    def relevance(self) -> float:
        """What the passage says for its credential, from 0 to 1; 1 is the same text, first in both lists."""
        fused = _fused(self.vector_rank, self.text_rank)
        return (min(1.0, max(0.0, self.similarity)) + fused / HIGHEST) / 2


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


def flooding(hits: Iterable[Hit]) -> frozenset[uuid.UUID]:
    """Return the credentials that have more than their places in one of the two lists of a query."""
    counts = Counter(
        (hit.credential_id, by_words)
        for hit in hits
        for by_words, rank in enumerate((hit.vector_rank, hit.text_rank))
        if rank
    )
    return frozenset(credential_id for (credential_id, _), number in counts.items() if number > MOST_OF_ONE)


def fuse_ranks(hits: Iterable[Hit], *, limit: int) -> list[Hit]:
    """Return the first by both ranks together, with their fused ranks; ties go to what is nearer in meaning."""
    ordered = sorted(hits, key=lambda hit: (-hit.fused, -hit.similarity, hit.artifact_id))
    return [Hit(*hit[:-1], fused_rank=rank) for rank, hit in enumerate(ordered[:limit], start=1)]


def compared(passages: Sequence[Passage], cosines: Sequence[float], *, limit: int) -> list[Passage]:
    """Return the first of what was found by words alone, ranked by ``cosines`` too, as a search by both ranks it."""
    near = sorted(zip(cosines, passages, strict=True), key=lambda one: (-one[0], one[1].artifact_id))
    known = {one.artifact_id: one for one in passages}
    hits = [
        Hit(one.credential_id, one.artifact_id, cosine, place, one.text_rank)
        for place, (cosine, one) in enumerate(near, start=1)
    ]
    return [
        replace(
            known[hit.artifact_id],
            similarity=hit.similarity,
            vector_rank=hit.vector_rank,
            fused_rank=hit.fused_rank,
        )
        for hit in fuse_ranks(hits, limit=limit)
    ]
