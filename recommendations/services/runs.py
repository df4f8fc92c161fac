"""Storing recommendation runs."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts.locking import lock_person
from assessments import queries as assessment_queries
from assessments import services as assessments
from assessments.enums import MissingPart
from microcred.bulk_inserts import insert_rows
from microcred.compiled_queries import CompiledQuery
from microcred.ids import uuid7
from microcred.pipelining import fetch_rows, prefetched
from ops import audit, measurements
from recommendations.drafts import Draft, DraftItem
from recommendations.enums import Origin, RecommendationStatus
from recommendations.events import recommendation_ready
from recommendations.facts import stored_items
from recommendations.models import RagTrace, Recommendation, RecommendationItem
from recommendations.retrieval import Passage
from recommendations.services import records
from recommendations.shallow_dicts import shallow_dict
from scoring import queries as scoring

OWN_PARTS = frozenset(set(MissingPart) - {MissingPart.ESSAY_SCORES})
THOUSANDTH = Decimal("0.001")
Items = list[tuple[RecommendationItem, list[RagTrace]]]
_KEEP_LEVELS: Final = """
INSERT INTO learner_profiles (id, user_id, role_id, levels, recorded_at) VALUES (%s, %s, %s, %s::jsonb, %s)
ON CONFLICT (user_id, role_id) DO UPDATE SET levels = excluded.levels, recorded_at = excluded.recorded_at
"""
_RUNS: Final = CompiledQuery(
    lambda assessment_id: (
        Recommendation.objects.filter(assessment_id=assessment_id)
        .order_by("-run")
        .values_list("run", "effective", "origin", "parameters__profile_run")
    ),
    assessment_id=uuid.UUID,
)


@transaction.atomic(savepoint=False)
def store(*, assessment_id: uuid.UUID, draft: Draft, now: dt.datetime) -> Recommendation:
    """Store a run, make it the effective one, and complete the assessment with it.

    Earlier runs are kept, and where a person overrode the list in effect, that one stays in effect. A run that rests on
    an older profile than the newest that was worked out came too late and is not
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
    role_id = assessment_queries.subject(assessment_id).role_id
    records.append(kept, draft, role_id=role_id, items=stored_items(kept), now=now)
    return kept


@transaction.atomic
def announce(*, assessment_id: uuid.UUID) -> None:
    """Announce the effective run of an assessment whose result was held until now."""
    for recommendation in Recommendation.objects.filter(assessment_id=assessment_id, effective=True):
        tell(recommendation, occasion_id=recommendation.pk)


def _store(
    assessment_id: uuid.UUID, draft: Draft, status: RecommendationStatus, now: dt.datetime
) -> Recommendation:
    # Once the assessment is locked, nothing of what is read with it changes.
    with prefetched(
        assessments.lock_read(assessment_id),
        _RUNS.read(assessment_id=assessment_id),
        scoring.run_read(assessment_id),
        *scoring.result_reads(assessment_id),
    ):
        return _store_next(assessment_id, draft, status, now)


def _store_next(
    assessment_id: uuid.UUID, draft: Draft, status: RecommendationStatus, now: dt.datetime
) -> Recommendation:
    # Two runs for one assessment cannot count the same number, and one that comes too late must not say what the
    # result goes without.
    assessment = assessments.lock(assessment_id)
    # What is learnt of the student stands beside the assessment, and must not outlast their erasure.
    lock_person(assessment.user_id)
    earlier = _earlier(assessment_id)
    if earlier.profile_run > draft.parameters.get("profile_run", 0):
        return Recommendation.objects.get(assessment_id=assessment_id, effective=True)
    stays = _persons(assessment_id) if earlier.is_overridden else None
    missing = _complete(assessment, draft, stays, now)
    if earlier.run and stays is None:
        Recommendation.objects.filter(assessment_id=assessment_id, effective=True).update(effective=False)
    recommendation = Recommendation(
        assessment_id=assessment_id,
        run=earlier.run + 1,
        effective=stays is None,
        status=status,
        summary=draft.summary,
        missing=missing,
        degraded=bool(missing),
        parameters={**draft.parameters, "profile": [shallow_dict(line) for line in draft.profile]},
        metrics={**draft.metrics, "total_latency_ms": _milliseconds(assessment.submitted_at, now)},
        generated_at=now,
    )
    items = _insert(recommendation, draft)
    if draft.levels:
        _keep_levels(assessment.user_id, assessment.role_id, draft.levels, now)
    records.append(recommendation, draft, role_id=assessment.role_id, items=items, now=now)
    if not assessment_queries.is_held(assessment):
        tell(stays or recommendation, occasion_id=recommendation.pk)
    return recommendation


def _complete(assessment: Any, draft: Draft, stays: Recommendation | None, now: dt.datetime) -> Sequence[str]:
    """Complete the assessment, and return what the run goes without; beside a list that ``stays`` in effect, the result
    goes without what that one does."""
    shown = draft.missing if stays is None else own_missing(stays)
    # What scoring went without still holds; what an earlier run went without no longer does.
    assessments.complete(
        assessment_id=assessment.pk, now=now, missing=shown, tried=OWN_PARTS, locked=assessment
    )
    missing: list[str] = assessment.missing
    if stays is None:
        return missing
    return [*(part for part in missing if part not in OWN_PARTS), *draft.missing]


def tell(recommendation: Recommendation, *, occasion_id: uuid.UUID) -> None:
    """Announce that a run is in effect, on the occasion of itself or of something else (`recommendation_ready`)."""
    recommendation_ready.send(
        sender=None,
        assessment_id=recommendation.assessment_id,
        recommendation_id=recommendation.pk,
        occasion_id=occasion_id,
    )


def own_missing(recommendation: Recommendation) -> list[str]:
    """Return what the recommender, not the scoring, went without in a run."""
    return [part for part in recommendation.missing if part in OWN_PARTS]


def _persons(assessment_id: uuid.UUID) -> Recommendation:
    return Recommendation.objects.get(assessment_id=assessment_id, effective=True)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The number of the newest run, 0 before the first; of the scoring run that the newest worked out rests on; and
    whether a person overrode the list in effect."""

    run: int
    profile_run: int
    is_overridden: bool


def _earlier(assessment_id: uuid.UUID) -> _Earlier:
    rows = _RUNS.rows(assessment_id=assessment_id)
    rests_on = (profile_run or 0 for _, _, origin, profile_run in rows if origin == Origin.ENGINE)
    is_overridden = any(effective and origin == Origin.PERSON for _, effective, origin, _ in rows)
    return _Earlier(rows[0][0] if rows else 0, next(rests_on, 0), is_overridden)


def _insert(recommendation: Recommendation, draft: Draft) -> Items:
    """Store the run with all that belongs to it; return the items with their passages."""
    traces = _traces(recommendation, draft)
    items = _items(recommendation, draft, traces)
    insert_rows([recommendation], list(traces.values()), *_linked(items), *_facts(recommendation, draft))
    return items


def _facts(recommendation: Recommendation, draft: Draft) -> list[list[Any]]:
    """What the run measured, and its line of the trail."""
    measured = measurements.rows(
        assessment_id=recommendation.assessment_id,
        values=recommendation.metrics,
        context={"run": recommendation.run, "degraded": recommendation.degraded},
    )
    line = audit.line(
        by=None, action="recommendation.made", resource_type="recommendation", resource_id=recommendation.pk,
        metadata={"run": recommendation.run, "status": recommendation.status, "items": len(draft.items)},
    )  # fmt: skip
    return [measured, [line]]


def _keep_levels(
    user_id: uuid.UUID, role_id: uuid.UUID, levels: Mapping[str, float], now: dt.datetime
) -> None:
    """Keep the learner's levels for later neighbours."""
    fetch_rows(_KEEP_LEVELS, [uuid7(), user_id, role_id, json.dumps(levels), now])


def _milliseconds(start: dt.datetime | None, end: dt.datetime) -> int:
    return round((end - start).total_seconds() * 1000) if start else 0


def _traces(recommendation: Recommendation, draft: Draft) -> dict[uuid.UUID, RagTrace]:
    """Return a trace of every passage of every item, the nearest as rank 1, by artifact."""
    return {
        passage.artifact_id: _trace(recommendation, passage, rank, draft)
        for rank, passage in enumerate(draft.sources, start=1)
    }


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


def _items(recommendation: Recommendation, draft: Draft, traces: Mapping[uuid.UUID, RagTrace]) -> Items:
    return [
        (_item(recommendation, item, position), [traces[passage.artifact_id] for passage in item.passages])
        for position, item in enumerate(draft.items, start=1)
    ]


def _linked(items: Items) -> list[list[Any]]:
    """The items, and which passages each rests on."""
    link = RecommendationItem.traces.through
    links = [
        link(recommendationitem_id=item.pk, ragtrace_id=trace.pk) for item, cited in items for trace in cited
    ]
    return [[item for item, _ in items], links]


def _item(recommendation: Recommendation, item: DraftItem, position: int) -> RecommendationItem:
    return RecommendationItem(
        recommendation=recommendation,
        credential_id=item.credential_id,
        title=item.title,
        confidence=item.parts.confidence.quantize(THOUSANDTH),
        parts={part: f"{points:.3f}" for part, points in shallow_dict(item.parts).items()},
        rationale=item.rationale,
        position=position,
    )
