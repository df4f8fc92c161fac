"""What a recommendation and a result ask in one round trip is what they read, no more and no less."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from microcred import pipelining
from microcred.pipelining import PipelinedQuery, Prefetch
from recommendations import drafting, run_inputs
from recommendations.queries import result_of, results
from recommendations.services import runs
from tests.recommendations.results import completed

pytestmark = pytest.mark.django_db


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[PipelinedQuery[Any]]:
    """What was asked in a trip that nobody took."""
    over: list[PipelinedQuery[Any]] = []

    @contextmanager
    def noted(*reads: PipelinedQuery[Any]) -> Iterator[Prefetch]:
        with pipelining.prefetched(*reads) as trip:
            yield trip
        over.extend(read for read, _ in trip.answers)

    for module in (run_inputs, drafting, results, runs):
        monkeypatch.setattr(module, "prefetched", noted)
    return over


def test_all_that_a_job_and_a_reading_ask_beforehand_is_read(left: list[PipelinedQuery[Any]]) -> None:
    assessment = completed(learners=3)

    assert result_of(by=assessment.user, assessment_id=assessment.pk, now=timezone.now())
    assert left == []


def test_a_result_is_read_with_its_assessment_in_two_trips_beside_two_statements() -> None:
    assessment = completed(learners=3)
    result_of(by=assessment.user, assessment_id=assessment.pk, now=timezone.now())
    sent: list[int] = []

    def counted(reads: Any) -> Any:
        sent.append(len(reads))
        return send(reads)

    send = pipelining._sent
    with pytest.MonkeyPatch.context() as patched, CaptureQueriesContext(connection) as captured:
        patched.setattr(pipelining, "_sent", counted)
        result_of(by=assessment.user, assessment_id=assessment.pk, now=timezone.now())

    alone = len(captured) - sum(sent)
    assert (sent, alone) == ([16, 3], 2)  # alone go the assessment, and what would change the first place
