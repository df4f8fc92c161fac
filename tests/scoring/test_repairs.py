"""Work on scores whose job is gone."""

import datetime as dt

import pytest
from django.utils import timezone

from assessments import services as assessments
from assessments.models import Assessment
from ops import jobs
from ops.models import AsyncJob
from scoring import repairs
from scoring.models import ModelBatch, Rescoring
from tests.factories.accounts import AdminFactory
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import published_question

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ABOUT = {"now": NOW, "since": NOW - dt.timedelta(hours=1)}


def test_an_assessment_whose_job_is_gone_is_scored() -> None:
    lost, kept = submitted_assessment(), submitted_assessment()
    AsyncJob.objects.filter(assessment=lost).delete()

    assert [repairs.restore_scoring(**ABOUT) for _ in range(2)] == [1, 0]

    assert AsyncJob.objects.get(assessment=lost).unique_key == f"score:{lost.pk}:1"
    assert AsyncJob.objects.filter(assessment=kept).count() == 1
    jobs.drain()
    assert set(Assessment.objects.values_list("status", flat=True)) == {"completed"}


def test_only_what_no_repair_could_find_a_job_for_is_failed() -> None:
    lost, hopeless = submitted_assessment(), submitted_assessment()
    AsyncJob.objects.filter(assessment=lost).delete()
    AsyncJob.objects.filter(assessment=hopeless).update(status="dead", completed_at=NOW)
    Assessment.objects.update(updated_at=NOW - dt.timedelta(minutes=3))

    repairs.restore_scoring(**ABOUT)

    assert assessments.fail_stranded(**ABOUT) == 1
    assert Assessment.objects.get(status="failed") == hopeless


def rescoring(**fields: object) -> Rescoring:
    question = published_question("essay")
    return Rescoring.objects.create(
        question=question, question_version=question.versions.get(), mode="dry_run", total=2,
        requested_at=NOW, **fields,
    )  # fmt: skip


def test_an_open_rescoring_is_gone_on_with_where_it_stands_and_ended_where_its_job_died() -> None:
    row = rescoring(requested_by=AdminFactory(), done=1)

    assert [repairs.restore_rescorings(**ABOUT) for _ in range(2)] == [1, 0]

    job = AsyncJob.objects.get()
    assert (job.payload, job.unique_key) == ({"rescoring_id": str(row.pk)}, f"rescore:{row.pk}:1")
    AsyncJob.objects.update(status="dead", completed_at=NOW)
    assert repairs.restore_rescorings(**ABOUT) == 1
    row.refresh_from_db()
    assert row.state == "failed"


def test_what_a_command_rescores_is_left_to_it() -> None:
    rescoring()

    assert repairs.restore_rescorings(**ABOUT) == 0


@pytest.mark.parametrize(
    ("sent", "kind"), [(False, "scoring.send_batch"), (True, "scoring.ask_batch")], ids=["to send", "sent"]
)
def test_a_batch_is_sent_or_asked_after(sent: bool, kind: str) -> None:
    question = published_question("essay")
    row = ModelBatch.objects.create(
        question=question, question_version=question.versions.get(), provider="openai", host="h", model="m",
        prompt_version="p", requests=1, created_at=NOW, state="sent" if sent else "prepared",
        sent_at=NOW if sent else None, provider_batch_id="b" if sent else "",
    )  # fmt: skip

    assert [repairs.restore_batches(**ABOUT) for _ in range(2)] == [1, 0]

    job = AsyncJob.objects.get()
    assert (job.kind, job.payload["batch_id"]) == (kind, str(row.pk))
