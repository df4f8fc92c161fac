"""Results without an event, and deliveries without a job."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from assessments import services as assessments
from assessments.models import Assessment
from ops.models import AsyncJob
from partners import repairs, services
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from recommendations.models import Recommendation
from tests.factories.assessments import submitted_assessment

NOW = timezone.now()
ABOUT = {"now": NOW, "since": NOW - dt.timedelta(hours=1)}
LATER = {"now": NOW + dt.timedelta(minutes=1), "since": NOW}


def completed(assessment: Assessment, **fields: object) -> None:
    changed = {"status": "completed", "stage": "done", "completed_at": NOW} | fields
    Assessment.objects.filter(pk=assessment.pk).update(**changed)


def events() -> list[str]:
    return list(WebhookEvent.objects.order_by("pk").values_list("event_type", flat=True))


def test_a_result_that_nobody_was_told_of_is_announced_once(
    recommendation: Recommendation, endpoint: WebhookEndpoint
) -> None:
    completed(recommendation.assessment)

    assert [repairs.announce_results(**ABOUT) for _ in range(2)] == [1, 0]

    assert events() == ["assessment.completed", "recommendation.ready"]
    assert WebhookDelivery.objects.count() == 2


def test_a_run_that_was_told_of_on_another_occasion_is_not_announced_again(
    recommendation: Recommendation,
) -> None:
    completed(recommendation.assessment)
    services.announce_result(
        assessment_id=recommendation.assessment_id,
        recommendation_id=recommendation.pk,
        occasion_id=uuid.uuid4(),
        now=NOW,
    )

    assert repairs.announce_results(**ABOUT) == 0


@pytest.mark.parametrize(
    "fields",
    [{"stage": "awaiting_release"}, {"metadata": {"synthetic": True}}],
    ids=["held back", "made up"],
)
def test_some_results_are_not_to_be_announced(
    recommendation: Recommendation, fields: dict[str, object]
) -> None:
    completed(recommendation.assessment, **fields)

    assert repairs.announce_results(**ABOUT) == 0


def test_what_was_announced_and_has_expired_since_is_not_announced_again(
    recommendation: Recommendation,
) -> None:
    completed(recommendation.assessment)

    assert repairs.announce_results(now=NOW, since=NOW + dt.timedelta(days=1)) == 0


@pytest.mark.django_db
def test_a_failure_that_nobody_was_told_of_is_announced_once() -> None:
    assessment = submitted_assessment()
    assessments.fail(assessment_id=assessment.pk, reason="No.")
    WebhookEvent.objects.all().delete()

    assert [repairs.announce_failures(**ABOUT) for _ in range(2)] == [1, 0]

    assert events() == ["assessment.failed"]


@pytest.fixture
def delivery(recommendation: Recommendation, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A delivery whose job is gone."""
    services.announce_result(
        assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk, now=NOW
    )
    WebhookEvent.objects.filter(event_type="assessment.completed").delete()
    AsyncJob.objects.filter(kind="partners.deliver").delete()
    return WebhookDelivery.objects.get()


def test_an_overdue_try_without_a_job_is_made(delivery: WebhookDelivery) -> None:
    assert repairs.restore_deliveries(**ABOUT) == 0
    assert [repairs.restore_deliveries(**LATER) for _ in range(2)] == [1, 0]

    job = AsyncJob.objects.get(kind="partners.deliver")
    assert job.payload == {"delivery_id": str(delivery.pk), "number": 1}
    assert job.share == str(delivery.endpoint_id)


def test_a_try_whose_job_died_without_a_word_is_a_dead_letter(delivery: WebhookDelivery) -> None:
    repairs.restore_deliveries(**LATER)
    AsyncJob.objects.filter(kind="partners.deliver").update(status="dead", completed_at=NOW)

    assert [repairs.restore_deliveries(**LATER) for _ in range(2)] == [1, 0]

    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error) == ("dead", "gave_up")


def test_an_endpoint_without_a_probe_is_probed(delivery: WebhookDelivery) -> None:
    WebhookDelivery.objects.update(parked=True)
    WebhookEndpoint.objects.update(failures=5, failing_since=NOW, probes=2, next_probe_at=NOW)

    assert [repairs.restore_probes(**LATER) for _ in range(2)] == [1, 0]

    job = AsyncJob.objects.get(kind="partners.probe")
    assert job.payload == {"endpoint_id": str(delivery.endpoint_id), "number": 3}
