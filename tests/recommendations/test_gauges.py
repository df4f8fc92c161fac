"""Recommendations of the last minutes."""

from decimal import Decimal

import pytest

from assessments.enums import MissingPart
from microcred.ids import uuid7_lower_bound
from ops.models import MetricSnapshot
from recommendations import gauges
from recommendations.enums import Origin, RecommendationStatus
from tests.factories.catalog import NOW
from tests.factories.recommendations import RecommendationFactory

pytestmark = pytest.mark.django_db


def test_runs_by_how_whole_they_are() -> None:
    RecommendationFactory()
    RecommendationFactory(degraded=True, missing=[MissingPart.RETRIEVAL])
    RecommendationFactory(status=RecommendationStatus.FAILED)
    RecommendationFactory(id=uuid7_lower_bound(NOW))
    RecommendationFactory(origin=Origin.PERSON)

    assert gauges.runs() == {("complete",): 1, ("degraded",): 1, ("failed",): 1, ("pending",): 0}


def test_seconds_to_a_result_are_those_of_first_runs() -> None:
    assert gauges.seconds_to_result() == {}
    for seconds in range(1, 21):
        measured(seconds, run=1)
    measured(9000, run=2)

    assert gauges.seconds_to_result() == {("0.5",): 10, ("0.95",): 19}


def measured(seconds: int, *, run: int) -> None:
    MetricSnapshot.objects.create(
        metric_type="total_latency_ms", value=Decimal(1000 * seconds), context={"run": run, "degraded": False}
    )
