"""The run that counts, with everything that stands behind it."""

import uuid
from typing import Any, Final

from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery, pipelined
from recommendations.models import RagTrace, Recommendation, RecommendationItem

_RUN: Final = CompiledQuery(
    lambda assessment_id: Recommendation.objects.filter(assessment_id=assessment_id, effective=True),
    assessment_id=uuid.UUID,
)
_ITEMS: Final = CompiledQuery(
    lambda run: (
        RecommendationItem.objects.filter(recommendation=run)
        .order_by("position")
        .select_related("credential", "override")
    ),
    run=uuid.UUID,
)
_TRACES: Final = CompiledQuery(
    lambda run: RagTrace.objects.filter(recommendation=run).order_by("rank"), run=uuid.UUID
)
_LINKS: Final = CompiledQuery(
    lambda run: (
        RecommendationItem.traces.through.objects.filter(recommendationitem__recommendation=run)
        .order_by("ragtrace__rank")
        .values_list("recommendationitem_id", "ragtrace_id")
    ),
    run=uuid.UUID,
)


def run_read(assessment_id: uuid.UUID) -> PipelinedQuery[Recommendation]:
    """Return what `effective` asks first, to be pipelined with others."""
    return _RUN.read(assessment_id=assessment_id)


def effective(assessment_id: uuid.UUID) -> Recommendation | None:
    """Return the run that counts, with its items, their credentials and all traces in order; 4 queries in 2 trips."""
    run = _RUN.first(assessment_id=assessment_id)
    if run is None:
        return None
    items, listed, links = pipelined(*(one.read(run=run.pk) for one in (_ITEMS, _TRACES, _LINKS)))
    traces: dict[uuid.UUID, RagTrace] = {trace.pk: trace for trace in listed}
    cited: dict[uuid.UUID, list[RagTrace]] = {item.pk: [] for item in items}
    for item_id, trace_id in links:
        cited[item_id].append(traces[trace_id])
    for item in items:
        item.recommendation = run
        _fetched(item, "traces", cited[item.pk])
    _fetched(run, "items", items)
    _fetched(run, "traces", list(traces.values()))
    return run


def _fetched(row: Any, name: str, rows: list[Any]) -> None:
    """Have ``all()`` return these, as a prefetch does; what asks for less of them fails, and does not ask for all."""
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = rows
