"""Searching the catalog on behalf of needs, and the passages that stand behind what is recommended."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from microcred.ai.base import Embedder, EmbeddingKey, Vectors
from recommendations import queries
from recommendations.drafts import Embedding
from recommendations.embedding_caches import QueryVectors
from recommendations.gaps import Need
from recommendations.queries import Searched
from recommendations.record_json import hits
from recommendations.retrieval import Hit, Passage, SearchQuery, search_queries
from recommendations.search_hits import HitsByCredential, SearchHits

HITS_A_NEED: Final = 100
PASSAGES_AN_ITEM: Final = 3

_query_vectors: Final = QueryVectors()


@dataclass(frozen=True, slots=True)
class Findings:
    """What the search found, by credential; what was asked, with the vectors, to be asked again; and where it was
    found."""

    evidence: HitsByCredential
    key: EmbeddingKey
    asked: tuple[SearchQuery, ...] = ()
    vectors: Vectors | None = None
    searched: Searched = field(default_factory=lambda: Searched(SearchHits.of(())))

    @property
    def embedding(self) -> Embedding:
        """Which model's vectors were compared."""
        return Embedding(self.key.provider, self.key.model)

    @property
    def facts(self) -> dict[str, Any]:
        """What tells these vectors from others, and what was found, for the decision record."""
        vectors = b"" if self.vectors is None else self.vectors.tobytes()
        found = hits(self.asked, self.searched.hits, self.searched.described)
        return asdict(self.key) | found | {"vectors": hashlib.sha256(vectors).hexdigest()}


def search(
    needs: Sequence[Need],
    meanings: Mapping[str, str],
    helpful: Collection[uuid.UUID],
    embedder: Embedder,
    version: str | None = None,
) -> Findings | None:
    """Find passages for the needs, by meaning and by words, among the ``helpful`` credentials, for all needs at once.

    ``meanings`` say in words what skills are, by key; ``version`` is that of the passages
    (`queries.passages_version`), where it is known. None when nothing can be compared, because the catalog has not
    been embedded by this model.

    Raises:
        ProviderError: from the embedder. UnlikeVectors: its vectors are not of the index in use.
    """
    asked = tuple(search_queries(needs, meanings))
    version = version or queries.passages_version()
    key = queries.comparable_key(embedder, version)
    if not asked or not helpful:
        return Findings(HitsByCredential(SearchHits.of(()), ()), key)
    vectors = _query_vectors.of([query.text for query in asked], embedder)
    searched = _searched(asked, vectors, key, helpful, version)
    if not searched.hits:
        return None
    return Findings(_gathered(asked, searched), key, asked, vectors, searched)


def _searched(
    asked: Sequence[SearchQuery],
    vectors: Vectors,
    key: EmbeddingKey,
    credential_ids: Collection[uuid.UUID],
    version: str | None = None,
) -> Searched:
    words = [query.words for query in asked]
    return queries.hybrid_among(
        words, vectors, key=key, limit=HITS_A_NEED, credential_ids=credential_ids, version=version
    )


def _gathered(asked: Sequence[SearchQuery], searched: Searched) -> HitsByCredential:
    return HitsByCredential(searched.hits, [query.share for query in asked])


def passages_for(
    findings: Findings | None, chosen: Sequence[uuid.UUID]
) -> dict[uuid.UUID, tuple[Passage, ...]]:
    """Return the most relevant passages of each chosen credential; those the search passed over are asked now.

    What is found late is evidence to read and no part of the confidence, so it has no place in the search's lists.
    """
    if findings is None:
        return {}
    evidence = findings.evidence.of_all(chosen)
    lacking = [credential_id for credential_id in chosen if credential_id not in evidence]
    if lacking and findings.vectors is not None:
        late = _gathered(findings.asked, _searched(findings.asked, findings.vectors, findings.key, lacking))
        evidence |= {key: list(map(_without_ranks, own)) for key, own in late.of_all(lacking).items()}
    shown = [hit for own in evidence.values() for hit in own[:PASSAGES_AN_ITEM]]
    passages: dict[uuid.UUID, list[Passage]] = {}
    for passage in queries.passages_of(shown):
        passages.setdefault(passage.credential_id, []).append(passage)
    return {key: tuple(own) for key, own in passages.items()}


def _without_ranks(hit: Hit) -> Hit:
    return hit._replace(vector_rank=None, text_rank=None, fused_rank=None)
