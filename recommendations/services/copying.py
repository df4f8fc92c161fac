"""A run as a person's, with what was worked out carried over."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

from django.db import models

from microcred.bulk_inserts import insert_rows
from recommendations.enums import Origin, RecommendationStatus
from recommendations.models import RagTrace, Recommendation, RecommendationItem, RecommendationOverride

Row = TypeVar("Row", bound=models.Model)


#: Stands before what was said of the list that was worked out, which may name credentials in other places.
CHANGED: Final = "A person changed this list; what follows was said of the one that was worked out."


class Line(NamedTuple):
    """A credential on a list with the passages that it rests on; ``touched`` by what a person does now."""

    item: RecommendationItem
    traces: tuple[RagTrace, ...]
    touched: bool = False


def copied_run(act: RecommendationOverride, lines: Sequence[Line], *, run: int) -> Recommendation:
    """Store the list that an act makes of the one before, as the run in effect of this number, with the act itself.

    All passages of the run before stay, by the numbers that sentences cite them by.
    """
    standing = act.overridden
    made = _copy(
        standing, summary=_summary(standing), run=run, effective=True, origin=Origin.PERSON,
        status=RecommendationStatus.READY, generated_at=act.made_at,
    )  # fmt: skip
    act.recommendation = made
    traces = {
        trace.pk: _copy(trace, recommendation_id=made.pk)
        for trace in RagTrace.objects.filter(recommendation=standing).order_by("rank")
    }
    items = [
        _copy(
            line.item, recommendation_id=made.pk, position=position,
            override_id=act.pk if line.touched else line.item.override_id,
        )
        for position, line in enumerate(lines, start=1)
    ]  # fmt: skip
    link = RecommendationItem.traces.through
    links = [
        link(recommendationitem_id=item.pk, ragtrace_id=traces[trace.pk].pk)
        for item, line in zip(items, lines, strict=True)
        for trace in line.traces
    ]
    insert_rows([made], list(traces.values()), [act], items, links)
    return made


def _summary(standing: Recommendation) -> str:
    says_so = standing.origin == Origin.PERSON or not standing.summary
    return standing.summary if says_so else f"{CHANGED} {standing.summary}"


def _copy(row: Row, **changed: Any) -> Row:
    kept = {
        one.attname: getattr(row, one.attname)
        for one in row._meta.local_concrete_fields
        if not one.primary_key
    }
    return type(row)(**{**kept, **changed})
