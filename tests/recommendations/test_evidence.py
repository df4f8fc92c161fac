"""A run is read with its evidence in order, in four queries, as if it had been fetched through the mapper."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recommendations import queries
from recommendations.models import Recommendation
from tests.factories.recommendations import (
    RagTraceFactory,
    RecommendationFactory,
    RecommendationItemFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Recommendation:
    """Two items, the second stored first; the first rests on the traces 3 and 1, the second on trace 2."""
    made = RecommendationFactory()
    second, first = (RecommendationItemFactory(recommendation=made, position=place) for place in (2, 1))
    for rank, item in ((3, first), (2, second), (1, first)):
        item.traces.add(RagTraceFactory(recommendation=made, credential=item.credential, rank=rank))
    return made


def test_items_and_traces_come_in_order_and_nothing_is_asked_twice(run: Recommendation) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = queries.effective(run.assessment_id)
        assert found is not None
        read = [
            (item.position, item.credential.active, [trace.rank for trace in item.traces.all()])
            for item in found.items.all()
        ]
        assert all(item.recommendation is found for item in found.items.all())
        assert [trace.rank for trace in found.traces.all()] == [1, 2, 3]

    assert read == [(1, True, [1, 3]), (2, True, [2])]
    assert len(asked) == 4


def test_what_was_fetched_is_not_taken_for_all_there_is(run: Recommendation) -> None:
    found = queries.effective(run.assessment_id)
    assert found is not None
    with pytest.raises(AttributeError):
        found.items.filter(position=1)


def test_an_assessment_without_a_run_has_none(run: Recommendation) -> None:
    assert queries.effective(run.pk) is None
