"""Storing recommendation runs."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction

from assessments import queries as assessment_queries
from assessments import services as assessments
from assessments.enums import MissingPart
from ops import audit, measurements
from recommendations.drafts import Draft, DraftItem
from recommendations.enums import RecommendationStatus
from recommendations.events import recommendation_ready
from recommendations.models import LearnerProfile, RagTrace, Recommendation, RecommendationItem
from recommendations.retrieval import Passage
from recommendations.services import records

OWN_PARTS = frozenset({MissingPart.RETRIEVAL, MissingPart.NEIGHBOURS, MissingPart.RECOMMENDATIONS})
THOUSANDTH = Decimal("0.001")


@transaction.atomic
def store(*, assessment_id: uuid.UUID, draft: Draft, now: dt.datetime) -> Recommendation:
    """Store a run, make it the effective one, and complete the assessment with it.

    Earlier runs are kept. A run that rests on an older profile than the effective one came too late and is not
    stored; the effective one is returned. Sends ``recommendation_ready``, unless the result is held.
    """
    return _store(assessment_id, draft, RecommendationStatus.READY, now)


@transaction.atomic
def give_up(*, assessment_id: uuid.UUID, draft: Draft, now: dt.datetime) -> Recommendation:
    """Complete the assessment without recommendations, saying so; its scores are shown all the same.

    An earlier run that succeeded stays the effective one. Sends ``recommendation_ready`` otherwise.
    """
    missing = MissingPart.RECOMMENDATIONS.value
    if missing not in draft.missing or draft.items:
        raise ValueError("a run that was given up has no items and says that recommendations are missing")
    standing = Recommendation.objects.select_for_update().filter(
        assessment_id=assessment_id, effective=True, status=RecommendationStatus.READY
    )
    kept = standing.first()
    if kept is None:
        return _store(assessment_id, draft, RecommendationStatus.FAILED, now)
    # Scores may have changed all the same, and what counts now is written down.
    records.append(kept, draft, now=now)
    return kept


@transaction.atomic
def announce(*, assessment_id: uuid.UUID) -> None:
    """Announce the effective run of an assessment whose result was held until now."""
    for recommendation in Recommendation.objects.filter(assessment_id=assessment_id, effective=True):
        recommendation_ready.send(
            sender=None, assessment_id=assessment_id, recommendation_id=recommendation.pk
        )


def _store(
    assessment_id: uuid.UUID, draft: Draft, status: RecommendationStatus, now: dt.datetime
) -> Recommendation:
    # One that comes too late must not say what the result goes without.
    if newer := _newer(assessment_id, draft):
        return newer
    # Locks the assessment first, so that two runs for it cannot count the same number. What scoring went without
    # still holds; what an earlier run went without no longer does.
    assessment = assessments.complete(
        assessment_id=assessment_id, now=now, missing=draft.missing, tried=OWN_PARTS
    )
    if newer := _newer(assessment_id, draft):
        return newer
    recommendation = Recommendation.objects.create(
        assessment_id=assessment_id,
        run=_replaced(assessment_id) + 1,
        status=status,
        summary=draft.summary,
        missing=assessment.missing,
        degraded=assessment.degraded,
        parameters={**draft.parameters, "profile": [asdict(line) for line in draft.profile]},
        metrics={**draft.metrics, "total_latency_ms": _milliseconds(assessment.submitted_at, now)},
        generated_at=now,
    )
    _store_items(recommendation, draft, _store_traces(recommendation, draft))
    _store_facts(recommendation, assessment.user_id, assessment.role_id, draft, now)
    records.append(recommendation, draft, now=now)
    if not assessment_queries.is_held(assessment):
        recommendation_ready.send(
            sender=None, assessment_id=assessment_id, recommendation_id=recommendation.pk
        )
    return recommendation


def _replaced(assessment_id: uuid.UUID) -> int:
    """Take effect from the run that had it; return the number of the newest run, 0 before the first."""
    earlier = Recommendation.objects.filter(assessment_id=assessment_id)
    earlier.filter(effective=True).update(effective=False)
    return earlier.order_by("-run").values_list("run", flat=True).first() or 0


def _newer(assessment_id: uuid.UUID, draft: Draft) -> Recommendation | None:
    """The effective run, if it rests on a newer profile than the draft."""
    rests_on = draft.parameters.get("profile_run", 0)
    rows = Recommendation.objects.filter(assessment_id=assessment_id, effective=True)
    return rows.filter(parameters__profile_run__gt=rests_on).first()


def _store_facts(
    recommendation: Recommendation, user_id: uuid.UUID, role_id: uuid.UUID, draft: Draft, now: dt.datetime
) -> None:
    """Keep what the run measured, the learner's levels for later neighbours, and the trail."""
    measurements.record(
        assessment_id=recommendation.assessment_id,
        values=recommendation.metrics,
        context={"run": recommendation.run, "degraded": recommendation.degraded},
    )
    if draft.levels:
        LearnerProfile.objects.update_or_create(
            user_id=user_id,
            role_id=role_id,
            defaults={"levels": draft.levels, "recorded_at": now},
        )
    audit.record(
        by=None, action="recommendation.made", resource_type="recommendation", resource_id=recommendation.pk,
        metadata={"run": recommendation.run, "status": recommendation.status, "items": len(draft.items)},
    )  # fmt: skip


def _milliseconds(start: dt.datetime | None, end: dt.datetime) -> int:
    return round((end - start).total_seconds() * 1000) if start else 0


def _store_traces(recommendation: Recommendation, draft: Draft) -> dict[uuid.UUID, RagTrace]:
    """Store every passage of every item once, the nearest as rank 1; return the traces by artifact."""
    nearest_first = draft.sources
    traces = [
        _trace(recommendation, passage, rank, draft) for rank, passage in enumerate(nearest_first, start=1)
    ]
    RagTrace.objects.bulk_create(traces)
    return {passage.artifact_id: trace for passage, trace in zip(nearest_first, traces, strict=True)}


def _trace(recommendation: Recommendation, passage: Passage, rank: int, draft: Draft) -> RagTrace:
    if draft.embedding is None:
        raise ValueError("passages were found, so something was searched")
    return RagTrace(
        recommendation=recommendation,
        credential_id=passage.credential_id,
        source_uri=passage.source_uri,
        snippet=passage.snippet,
        start=passage.start,
        end=passage.end,
        similarity=Decimal(passage.similarity).quantize(THOUSANDTH),
        rank=rank,
        vector_rank=passage.vector_rank,
        text_rank=passage.text_rank,
        fused_rank=passage.fused_rank,
        embedding_artifact_id=passage.artifact_id,
        provider=draft.embedding.provider,
        model=draft.embedding.model,
    )


def _store_items(recommendation: Recommendation, draft: Draft, traces: dict[uuid.UUID, RagTrace]) -> None:
    items = [_item(recommendation, item, position) for position, item in enumerate(draft.items, start=1)]
    RecommendationItem.objects.bulk_create(items)
    RecommendationItem.traces.through.objects.bulk_create(_links(items, draft.items, traces))


def _item(recommendation: Recommendation, item: DraftItem, position: int) -> RecommendationItem:
    return RecommendationItem(
        recommendation=recommendation,
        credential_id=item.credential_id,
        title=item.title,
        confidence=item.parts.confidence,
        parts={part: f"{points:.3f}" for part, points in asdict(item.parts).items()},
        rationale=item.rationale,
        position=position,
    )


def _links(
    items: Sequence[RecommendationItem], drafts: Sequence[DraftItem], traces: dict[uuid.UUID, RagTrace]
) -> list[Any]:
    link = RecommendationItem.traces.through
    return [
        link(recommendationitem=item, ragtrace=traces[passage.artifact_id])
        for item, draft in zip(items, drafts, strict=True)
        for passage in draft.passages
    ]
