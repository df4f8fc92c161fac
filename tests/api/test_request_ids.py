"""The id of the request that hands an assessment in stands in every line that follows from it."""

import logging

import pytest
import time_machine

from assessments.models import Assessment
from ops import jobs
from ops.models import AsyncJob
from recommendations import tasks
from tests.clients import client_of
from tests.factories.assessments import RIGHT_ANSWERS, given_answers, started_assessment
from tests.factories.catalog import NOW

pytestmark = pytest.mark.django_db
REQUEST = "submission-0042"


def handed_in(assessment: Assessment) -> None:
    responses = [
        {"question_id": str(given.question_id), "answer": given.answer}
        for given in given_answers(assessment, RIGHT_ANSWERS)
    ]
    with time_machine.travel(NOW, tick=False):
        answer = client_of(assessment.user).post(
            f"/api/v1/assessments/{assessment.pk}/responses",
            {"responses": responses, "completed": True},
            format="json",
            headers={"X-Request-ID": REQUEST},
        )
    assert answer.status_code == 202


def test_every_job_of_a_submission_and_each_of_its_lines_carry_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_subject", lambda claim: {}[claim.kind])
    with caplog.at_level(logging.INFO):
        handed_in(started_assessment())
        jobs.drain(limit=2)

    scored, recommended = AsyncJob.objects.exclude(correlation_id="").order_by("queued_at")
    assert (scored.kind, scored.correlation_id) == ("scoring.score", REQUEST)
    assert (recommended.kind, recommended.correlation_id) == ("recommendations.recommend", REQUEST)
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    theirs = [line for line in lines if line.get("job_id") == str(recommended.pk)]
    assert [(line["event"], line["correlation_id"]) for line in theirs] == [("job_failed", REQUEST)]
