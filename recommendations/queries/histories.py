"""The learned blend in use, and what it is fitted on."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import Avg

from catalog import queries as catalog
from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery
from recommendations.collaborative.blend import Weights
from recommendations.collaborative.engine import Texts
from recommendations.collaborative.serialization import unpack
from recommendations.collaborative.serving import MIN_LEARNERS, ServedBlend
from recommendations.collaborative.signals import Scores
from recommendations.models import EmbeddingArtifact, FittedBlend, LearnerCredential, TitleEmbedding
from recommendations.models.embeddings import VECTOR_DIMENSION
from recommendations.queries.claims import claimed_read
from recommendations.queries.indexes import active_key


@dataclass(frozen=True, slots=True)
class BlendInUse:
    """The blend by the id of its row, and how many ``learners`` it was fitted on; ``served`` is None while there are
    fewer than are ``needed``."""

    pk: uuid.UUID | None
    learners: int
    served: ServedBlend[uuid.UUID] | None
    needed: int = MIN_LEARNERS


_NEWEST_BLEND: Final = CompiledQuery(lambda: FittedBlend.objects.values_list("pk", flat=True)[:1])
_HISTORY: Final = CompiledQuery(
    lambda user_id: (
        LearnerCredential.objects.filter(user_id=user_id)
        .order_by("recorded_at", "pk")
        .values_list("credential_id", flat=True)
    ),
    user_id=uuid.UUID,
)
NO_BLEND: Final = BlendInUse(None, 0, None)
# The one that this process read last; an id never stands for another.
_read: list[BlendInUse] = []


def blend_in_use() -> BlendInUse:
    """Return the newest blend; it is read once in each process."""
    newest = _NEWEST_BLEND.first()
    if newest is None:
        return NO_BLEND
    if not _read or _read[0].pk != newest:
        row = FittedBlend.objects.filter(pk=newest).first()
        if row is None:
            return NO_BLEND
        weights = Weights(row.weights, row.of_shares)
        served = ServedBlend.of(unpack(bytes(row.tables), weights), row.items) if row.items else None
        _read[:] = [BlendInUse(row.pk, row.learners, served)]
    return _read[0]


def history_of(user_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the credentials that a user has taken up or completed, the oldest first."""
    return _HISTORY.rows(user_id=user_id)


def history_reads(user_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `history_of`, `claimed_by` and `blend_in_use` ask each time, to be pipelined with others."""
    return [_HISTORY.read(user_id=user_id), claimed_read(user_id), _NEWEST_BLEND.read()]


def item_texts(items: Sequence[uuid.UUID]) -> Texts | None:
    """Return what credentials say, with the vectors that the index in use has of them; None without an index."""
    key = active_key()
    if key is None or not items:
        return None
    of = {"provider": key.provider, "model": key.model, "dimension": key.dimension}
    texts = {row.pk: f"{row.title}\n{row.description}" for row in catalog.credentials().filter(pk__in=items)}
    passages = (
        EmbeddingArtifact.objects.filter(**of, chunk__document__credential__in=items)
        .order_by()
        .values_list("chunk__document__credential")
        .annotate(mean=Avg("vector"))
    )
    titles = (
        TitleEmbedding.objects.filter(**of, document__credential__in=items)
        .order_by()
        .values_list("document__credential")
        .annotate(mean=Avg("vector"))
    )
    return Texts(
        [texts.get(item, "") for item in items],
        _directions(dict(passages), items),
        _directions(dict(titles), items),
    )


def _directions(means: dict[uuid.UUID, Scores], items: Sequence[uuid.UUID]) -> Scores:
    """Mean vectors as rows of unit length; zeros for an item without."""
    found = np.zeros((len(items), VECTOR_DIMENSION), np.float32)
    for place, item in enumerate(items):
        if item in means:
            vector = np.asarray(means[item], np.float32)
            found[place] = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return found
