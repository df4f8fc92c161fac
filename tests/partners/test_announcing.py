"""Events: who is told what, and that everything is told once."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import services as assessments
from assessments.events import assessment_failed
from assessments.models import Assessment
from ops.models import AsyncJob
from partners import services
from partners.enums import EventType
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from recommendations.events import recommendation_ready
from recommendations.models import Recommendation
from recommendations.services import record_feedback
from scoring import queries as scoring
from tests.factories.assessments import started_assessment, submitted_assessment
from tests.factories.catalog import NOW
from tests.partners.conftest import registered, run_for

DELIVER = "partners.deliver"


def types_announced() -> list[str]:
    """Return the types of all events, in the order in which they were made."""
    return list(WebhookEvent.objects.order_by("pk").values_list("event_type", flat=True))


def test_a_result_is_two_events_with_a_job_for_each_delivery(
    recommendation: Recommendation, endpoint: WebhookEndpoint
) -> None:
    recommendation_ready.send(
        sender=None, assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk
    )

    assert types_announced() == ["assessment.completed", "recommendation.ready"]
    deliveries = WebhookDelivery.objects.order_by("pk")
    assert [(row.endpoint_id, row.status, row.attempts) for row in deliveries] == [
        (endpoint.pk, "pending", 0)
    ] * 2
    jobs = AsyncJob.objects.filter(kind=DELIVER).order_by("pk")
    assert [job.payload for job in jobs] == [{"delivery_id": str(row.pk), "number": 1} for row in deliveries]
    assert {job.assessment_id for job in jobs} == {recommendation.assessment_id}


def test_what_an_announcement_needs_to_know_is_found_out_by_four_statements(
    recommendation: Recommendation,
) -> None:
    about = {"assessment_id": recommendation.assessment_id, "recommendation_id": recommendation.pk}
    services.announce_result(**about, now=NOW)
    later = {**about, "recommendation_id": run_for(recommendation.assessment, number=2).pk}

    with CaptureQueriesContext(connection) as asked:
        services.announce_result(**later, now=NOW)

    reading = [one["sql"] for one in asked if one["sql"].lstrip().startswith("SELECT")]
    # Beside the lock: what is recorded, what waits for a person, who listens, how the assessment stands.
    assert len(reading) == 5


def test_the_payload_says_how_the_assessment_stands(recommendation: Recommendation) -> None:
    services.announce_result(
        assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk, now=NOW
    )

    event = WebhookEvent.objects.get(event_type=EventType.RECOMMENDATION_READY)
    assert event.payload == {
        "type": "recommendation.ready",
        "timestamp": "2026-03-02T09:00:00.000Z",
        "data": {
            "assessment_id": str(recommendation.assessment_id),
            "recommendation_id": str(recommendation.pk),
            "sequence": 2,
            "status": "in_progress",
            "degraded": False,
            "result_url": f"/api/v1/assessments/{recommendation.assessment_id}/result",
        },
    }


def test_the_payload_says_nothing_about_the_person(recommendation: Recommendation) -> None:
    person = recommendation.assessment.user

    services.announce_result(
        assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk, now=NOW
    )

    told = json.dumps(list(WebhookEvent.objects.values_list("payload", flat=True)))
    assert not [secret for secret in (person.email, person.name, str(person.pk)) if secret in told]


def test_announcing_twice_makes_nothing_new(
    recommendation: Recommendation, endpoint: WebhookEndpoint
) -> None:
    for _ in range(2):
        services.announce_result(
            assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk, now=NOW
        )

    assert WebhookEvent.objects.count() == 2
    assert WebhookDelivery.objects.count() == 2
    assert AsyncJob.objects.filter(kind=DELIVER).count() == 2


def test_while_a_person_must_look_the_assessment_is_not_announced_as_completed(
    recommendation: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = run_for(recommendation.assessment, 2)

    for run, pending in ((recommendation, True), (later, False)):
        monkeypatch.setattr(scoring, "awaits_person", lambda _, found=pending: found)
        services.announce_result(assessment_id=run.assessment_id, recommendation_id=run.pk, now=NOW)

    assert types_announced() == ["recommendation.ready", "assessment.completed", "recommendation.updated"]
    ready = WebhookEvent.objects.get(event_type="recommendation.ready")
    completed = WebhookEvent.objects.get(event_type="assessment.completed")
    assert (ready.recommendation_id, completed.recommendation_id) == (recommendation.pk, later.pk)


def test_a_later_run_is_an_update(recommendation: Recommendation) -> None:
    later = run_for(recommendation.assessment, 2)

    for run in (recommendation, later, later):
        services.announce_result(assessment_id=run.assessment_id, recommendation_id=run.pk, now=NOW)

    assert types_announced() == ["assessment.completed", "recommendation.ready", "recommendation.updated"]


def test_only_active_endpoints_that_want_the_type_are_told(recommendation: Recommendation) -> None:
    wanting, _ = registered("http://127.0.0.1:9/", "recommendation.ready")
    registered("http://127.0.0.1:9/", "assessment.failed")
    off, _ = registered("http://127.0.0.1:9/")
    services.deactivate(by=None, endpoint_id=off.pk, now=NOW)

    services.announce_result(
        assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk, now=NOW
    )

    assert list(WebhookDelivery.objects.values_list("endpoint_id", "event__event_type")) == [
        (wanting.pk, "recommendation.ready")
    ]
    statuses = dict(WebhookEvent.objects.values_list("event_type", "status"))
    assert statuses == {"assessment.completed": "unheard", "recommendation.ready": "pending"}


def test_a_failed_assessment_is_announced(db: None) -> None:
    assessment = submitted_assessment()

    assessments.fail(assessment_id=assessment.pk, reason="test")
    assessment_failed.send(sender=None, assessment_id=assessment.pk)

    event = WebhookEvent.objects.get()
    assert (event.event_type, event.subject_id) == ("assessment.failed", assessment.pk)
    assert event.payload["data"]["status"] == "failed"
    assert event.payload["data"]["recommendation_id"] is None


def test_feedback_is_announced_under_its_assessment(recommendation: Recommendation) -> None:
    feedback = record_feedback(
        by=recommendation.assessment.user, recommendation_id=recommendation.pk, relevance_score=4, now=NOW
    )

    event = WebhookEvent.objects.get()
    assert (event.event_type, event.subject_id) == ("recommendation.feedback", feedback.pk)
    assert event.assessment_id == recommendation.assessment_id


def test_an_event_leaves_nothing_when_its_cause_is_undone(
    recommendation: Recommendation, endpoint: WebhookEndpoint
) -> None:
    with transaction.atomic():
        recommendation_ready.send(
            sender=None, assessment_id=recommendation.assessment_id, recommendation_id=recommendation.pk
        )
        transaction.set_rollback(True)

    assert not WebhookEvent.objects.exists()
    assert not AsyncJob.objects.filter(kind=DELIVER).exists()


def test_the_database_knows_an_event_once(assessment: Assessment) -> None:
    event = services.announce(
        EventType.ASSESSMENT_FAILED, assessment_id=assessment.pk, subject_id=assessment.pk, now=NOW
    )
    event.pk = None
    event._state.adding = True

    with pytest.raises(IntegrityError, match="webhook_events_once"), transaction.atomic():
        event.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_make_one_event() -> None:
    assessment = started_assessment()
    registered("http://127.0.0.1:9/")

    def announce(_: int) -> object:
        try:
            return services.announce(
                EventType.ASSESSMENT_FAILED,
                assessment_id=assessment.pk,
                subject_id=assessment.pk,
                now=timezone.now(),
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        found = set(pool.map(announce, range(8)))

    assert found == {WebhookEvent.objects.get().pk}
    assert WebhookDelivery.objects.count() == 1
    assert AsyncJob.objects.filter(kind=DELIVER).count() == 1


def sequences(assessment: Assessment) -> list[tuple[str, int]]:
    """Return type and sequence of what partners are told of an assessment, in the order in which it happened."""
    told = WebhookEvent.objects.filter(assessment=assessment).order_by("pk")
    return [(event.payload["type"], event.payload["data"]["sequence"]) for event in told]


def test_events_of_an_assessment_are_counted_without_gaps(recommendation: Recommendation) -> None:
    assessment = recommendation.assessment
    later, another = run_for(assessment, 2), started_assessment()
    for run in (recommendation, recommendation, later):
        services.announce_result(assessment_id=assessment.pk, recommendation_id=run.pk, now=NOW)
    services.announce(EventType.ASSESSMENT_FAILED, assessment_id=another.pk, subject_id=another.pk, now=NOW)

    assert sequences(assessment) == [
        ("assessment.completed", 1),
        ("recommendation.ready", 2),
        ("recommendation.updated", 3),
    ]
    assert sequences(another) == [("assessment.failed", 1)]


@pytest.mark.django_db(transaction=True)
def test_what_happens_to_one_assessment_at_once_is_counted_one_by_one() -> None:
    run = run_for(started_assessment(), 1)

    def say(_: int) -> None:
        try:
            services.announce_feedback(recommendation_id=run.pk, feedback_id=uuid.uuid4(), now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(say, range(16)))

    assert sorted(number for _, number in sequences(run.assessment)) == list(range(1, 17))
