"""What there is to know about jobs."""

import pytest

from ops import jobs, queries
from ops.models import AsyncJob
from tests.factories.assessments import started_assessment

pytestmark = pytest.mark.django_db


def test_ended_jobs_of_a_kind_are_counted_for_each_assessment() -> None:
    first, second = started_assessment(), started_assessment()
    for assessment in (first, first, second):
        jobs.enqueue("test.note", payload={"note": "done"}, assessment_id=assessment.pk)
    jobs.drain()
    jobs.enqueue("test.note", payload={"note": "waits"}, assessment_id=second.pk)

    found = queries.ended("test.note", [first.pk, second.pk])

    assert {key: number for key, (number, _) in found.items()} == {first.pk: 2, second.pk: 1}
    newest = AsyncJob.objects.filter(assessment=first).order_by("-completed_at").first()
    assert newest is not None
    assert found[first.pk][1] == newest.completed_at
    assert queries.ended("test.other", [first.pk]) == {}
