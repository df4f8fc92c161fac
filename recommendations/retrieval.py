"""What to search the catalog for, and what the passages found say about each credential.

Each of the heaviest needs is searched for on its own: one query for all of them would land between the
skills. It asks for the skill's substance; a query that names the role or levels finds whom a course is for
rather than what it teaches. A credential's retrieval score is its best passage for the need that matters most
to the learner::

    score = max over needs n of (weight(n) / weight(heaviest need)) * max(0, cosine(n, passage))
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.gaps import Need

MAX_QUERIES: Final = 5


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A text to search for on behalf of a need; ``share`` is the need's weight beside the heaviest (0 to 1)."""

    skill_key: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage found: where it stands, what it says, and its cosine similarity to one query (-1 to 1)."""

    credential_id: uuid.UUID
    artifact_id: uuid.UUID
    source_uri: str
    heading: str
    snippet: str
    start: int
    end: int
    similarity: float


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


def _of_credential(best: Mapping[uuid.UUID, Passage], credential_id: uuid.UUID) -> tuple[Passage, ...]:
    own = [passage for passage in best.values() if passage.credential_id == credential_id]
    return tuple(sorted(own, key=lambda passage: (-passage.similarity, passage.source_uri, passage.start)))


def _query_text(need: Need) -> str:
    return f"{need.skill_name}: topics, techniques and practical tasks"
