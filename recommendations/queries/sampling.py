"""Searches for stored titles: two indexes compared with each other, and the product's search with an exact one.

A title is as short as what the product searches for, and every index has a vector of it, so that neither an old model
nor a paid one need be asked.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from catalog import queries as catalog
from microcred.ai.base import EmbeddingKey, Vectors
from recommendations.agreement import mean_overlap
from recommendations.models import TitleEmbedding
from recommendations.queries.passages import Filters
from recommendations.queries.search import nearest
from recommendations.retrieval import Passage

NEIGHBOURS: Final = 10
SAMPLES: Final = 200


@dataclass(frozen=True, slots=True)
class Overlap:
    """The mean share of the ``k`` nearest passages that two indexes have in common, over ``queries`` titles; the share
    is None where no title has a vector in both."""

    share: float | None
    queries: int
    k: int = NEIGHBOURS


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall@k of a search against exact search over ``queries`` titles (None: nothing to find), and its median
    milliseconds a query."""

    recall: float | None
    queries: int
    p50_ms: float


def overlap_of(old: EmbeddingKey, new: EmbeddingKey, *, samples: int = SAMPLES) -> Overlap:
    """Compare two indexes by exact search among active credentials."""
    both = set(_titles(old)) & set(_titles(new))
    documents = _spread(sorted(both), samples)
    sides = []
    for key in (old, new):
        found = nearest(_vectors(key, documents), key=key, limit=NEIGHBOURS, exact=True) if documents else []
        sides.append([[_place(one) for one in passages] for passages in found])
    return Overlap(mean_overlap(*sides, k=NEIGHBOURS), len(documents))


def recall_of(
    key: EmbeddingKey, *, k: int, filters: Filters, samples: int = SAMPLES, exact: bool | None = None
) -> Recall:
    """Measure the product's search (``exact`` None), or the index alone (False), against exact search."""
    documents = _spread(_titles(key), samples)
    vectors = _vectors(key, documents)
    expected, found, milliseconds = [], [], []
    for place in range(len(documents)):
        one = vectors[place : place + 1]
        expected.append(_ids(one, key, k, filters, exact=True))
        began = time.perf_counter()
        found.append(_ids(one, key, k, filters, exact=exact))
        milliseconds.append(1000 * (time.perf_counter() - began))
    return Recall(
        mean_overlap(expected, found, k=k),
        len(documents),
        float(np.median(milliseconds)) if milliseconds else 0.0,
    )


def share_of_credentials(share: float) -> frozenset[uuid.UUID]:
    """Return about this share (above 0, to 1) of the active credentials, evenly spread; one at least."""
    ids = sorted(catalog.credentials().order_by().values_list("pk", flat=True))
    return frozenset(_spread(ids, max(1, round(share * len(ids)))))


def _ids(
    vectors: Vectors, key: EmbeddingKey, k: int, filters: Filters, *, exact: bool | None
) -> list[uuid.UUID]:
    (passages,) = nearest(
        vectors,
        key=key,
        limit=k,
        role_id=filters.role_id,
        language=filters.language,
        credential_ids=filters.credential_ids,
        exact=exact,
    )
    return [one.artifact_id for one in passages]


def _place(passage: Passage) -> tuple[uuid.UUID, str, int]:
    return passage.credential_id, passage.source_uri, passage.start


def _titles(key: EmbeddingKey) -> list[uuid.UUID]:
    rows = TitleEmbedding.objects.filter(
        provider=key.provider,
        model=key.model,
        dimension=key.dimension,
        document__credential__active=True,
    )
    return list(rows.order_by("document_id").values_list("document_id", flat=True))


def _vectors(key: EmbeddingKey, documents: Sequence[uuid.UUID]) -> Vectors:
    rows = TitleEmbedding.objects.filter(
        provider=key.provider, model=key.model, dimension=key.dimension, document_id__in=documents
    )
    by_document = dict(rows.order_by().values_list("document_id", "vector"))
    return np.array([by_document[one] for one in documents], np.float32)


def _spread(ids: Sequence[uuid.UUID], number: int) -> list[uuid.UUID]:
    """At most ``number`` of the ids, evenly spaced, always the same ones."""
    if len(ids) <= number:
        return list(ids)
    return [ids[place * len(ids) // number] for place in range(number)]
