"""What the recommender would put first for other skill levels; worked out as in earnest, and not stored."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assessments import queries as assessments
from microcred.ai.base import Embedder
from recommendations import drafting
from scoring.oversight import RescorePlan, levels_after


@dataclass(frozen=True, slots=True)
class TopChange:
    """The titles of the first recommendation as it stands and as it would be; empty where there is none."""

    before: str
    after: str


def top_recommendation(
    assessment_id: uuid.UUID, levels: Mapping[str, float], *, embedder: Embedder | None
) -> str:
    """Return the title of the credential that these levels would put first; empty where there is none.

    Without an embedder the ranking goes without retrieval, as a degraded run does.

    Raises:
        ProviderError: from the embedder.
    """
    basis = drafting.prepare(assessments.subject(assessment_id), levels=levels)
    findings = drafting.search(basis, embedder) if embedder is not None else None
    draft = drafting.conclude(basis, findings, rag_latency_ms=0)
    return draft.items[0].title if draft.items else ""


def changed_top_recommendations(
    plan: RescorePlan, *, embedder: Embedder | None, told: Callable[[int, int], None] | None = None
) -> dict[uuid.UUID, TopChange]:
    """Return whose first recommendation a rescoring would change, by assessment; ``told`` hears how far it is.

    Both sides are worked out now, so that only the scores differ and not the catalog or the feedback since.
    """
    changed = {}
    moving = plan.moving
    for done, line in enumerate(moving, start=1):
        before, after = (
            top_recommendation(line.assessment_id, levels, embedder=embedder) for levels in levels_after(line)
        )
        if before != after:
            changed[line.assessment_id] = TopChange(before, after)
        if told is not None:
            told(done, len(moving))
    return changed
