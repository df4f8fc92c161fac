"""Making events, and a delivery for everyone who wants them."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from assessments import queries as assessments
from microcred.bulk_inserts import insert_rows
from microcred.errors import Conflict
from microcred.ids import uuid7
from ops import audit, jobs
from partners import payloads, queries
from partners.enums import EventStatus, EventType
from partners.models import WebhookDelivery, WebhookEvent
from partners.queries import Recorded
from scoring import queries as scoring

DELIVER: Final = "partners.deliver"


class EndpointOff(Conflict):
    """The endpoint is switched off."""

    default_code = "ENDPOINT_409"


@transaction.atomic(savepoint=False)
def announce_result(
    *,
    assessment_id: uuid.UUID,
    recommendation_id: uuid.UUID,
    occasion_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> None:
    """Announce that an assessment has a result; a later run is announced as an update of it, once, and so is an
    ``occasion_id`` on which the result became another while its run is one that was announced before.

    While parts of the result wait for a person, the assessment is not announced as completed.
    """
    # In order, or two results at once would both be the first.
    subject_id = occasion_id or recommendation_id
    recorded = queries.recorded_in_order(assessment_id, about=[assessment_id, subject_id])
    is_first = not recorded.ready - {subject_id}
    made = EventType.RECOMMENDATION_READY if is_first else EventType.RECOMMENDATION_UPDATED
    subjects = {made: subject_id}
    if not scoring.awaits_person(assessment_id):
        subjects = {EventType.ASSESSMENT_COMPLETED: assessment_id, **subjects}
    _announce(subjects, recorded, assessment_id=assessment_id, recommendation_id=recommendation_id, now=now)


@transaction.atomic
def announce_feedback(*, recommendation_id: uuid.UUID, feedback_id: uuid.UUID, now: dt.datetime) -> None:
    """Announce that somebody said what they make of a recommendation."""
    recommendation = WebhookEvent(recommendation_id=recommendation_id).recommendation
    if recommendation is None:
        raise ValueError("feedback is about a recommendation")
    announce(
        EventType.RECOMMENDATION_FEEDBACK,
        assessment_id=recommendation.assessment_id,
        recommendation_id=recommendation_id,
        subject_id=feedback_id,
        now=now,
    )


@transaction.atomic
def announce(
    event_type: EventType,
    *,
    assessment_id: uuid.UUID,
    subject_id: uuid.UUID,
    now: dt.datetime,
    recommendation_id: uuid.UUID | None = None,
) -> WebhookEvent:
    """Record that something happened and send it on its way to every active endpoint that wants to know.

    Announcing the same thing again, at the same moment or years later, returns the first event and does
    nothing else.
    """
    made = _announce(
        {event_type: subject_id},
        queries.recorded_in_order(assessment_id, about=[subject_id]),
        assessment_id=assessment_id,
        recommendation_id=recommendation_id,
        now=now,
    )
    return made[0] if made else WebhookEvent.objects.get(event_type=event_type, subject_id=subject_id)


def _announce(
    subjects: Mapping[EventType, uuid.UUID],
    recorded: Recorded,
    *,
    assessment_id: uuid.UUID,
    recommendation_id: uuid.UUID | None,
    now: dt.datetime,
) -> list[WebhookEvent]:
    """Record several things that happened to one assessment, in this order, by what each is about, and return those
    that are new; the caller holds their order, and has read since what is ``recorded``."""
    new = [kind for kind, subject_id in subjects.items() if (kind, subject_id) not in recorded.events]
    heard = queries.listeners(new) if new else {}
    # Of one millisecond, ids are in no order of their own.
    ids = sorted(uuid7() for _ in new)
    made = [
        WebhookEvent(
            id=event_id, assessment_id=assessment_id, recommendation_id=recommendation_id, event_type=event_type,
            subject_id=subjects[event_type], sequence=place, created_at=now,
            status=EventStatus.PENDING if heard[event_type] else EventStatus.UNHEARD,
        )
        for place, (event_id, event_type) in enumerate(zip(ids, new, strict=True), start=recorded.last + 1)
    ]  # fmt: skip
    _fill(made, assessment_id)
    insert_rows(made)
    for event in made:
        _deliver(event, heard[event.event_type], now)
    return made


def _fill(events: Sequence[WebhookEvent], assessment_id: uuid.UUID) -> None:
    """Write what partners are sent; it never changes afterwards."""
    if events:
        status, degraded = assessments.state_of(assessment_id)
        for event in events:
            event.payload = _payload(event, status=status, degraded=degraded)


def _deliver(event: WebhookEvent, endpoint_ids: Sequence[uuid.UUID], now: dt.datetime) -> None:
    for endpoint_id in endpoint_ids:
        delivery = WebhookDelivery.objects.create(
            event=event, endpoint_id=endpoint_id, next_attempt_at=now, created_at=now
        )
        enqueue_try(delivery)


@transaction.atomic
def send_test(*, by: audit.Actor | None, endpoint_id: uuid.UUID, now: dt.datetime) -> WebhookDelivery:
    """Send one endpoint an event that means nothing, so that its owner sees one arrive.

    Raises:
        EndpointMissing: if there is none.
        EndpointOff: if the endpoint takes nothing at the moment.
    """
    endpoint = queries.lock_endpoint(endpoint_id)
    if not endpoint.active:
        raise EndpointOff("The endpoint is switched off; switch it on first.")
    event = WebhookEvent.objects.create(
        event_type=EventType.ENDPOINT_TEST,
        subject_id=uuid7(),
        payload=payloads.test_payload(at=now, endpoint_id=endpoint.pk),
        status=EventStatus.PENDING,
        created_at=now,
    )
    delivery = WebhookDelivery.objects.create(
        event=event, endpoint=endpoint, next_attempt_at=now, created_at=now
    )
    enqueue_try(delivery)
    audit.record(
        by=by, action="webhook_endpoint.tested", resource_type="webhook_endpoint", resource_id=endpoint.pk
    )
    return delivery


def enqueue_try(delivery: WebhookDelivery, *, run_at: dt.datetime | None = None, again: bool = False) -> None:
    """Have a worker make the next try of a delivery.

    Each try is a job of its own: how often a worker dies over a try does not shorten the schedule. ``again``
    leaves the natural key out, because a job that died may hold it for ever.
    """
    key = None if again else _key_of_try(delivery)
    jobs.enqueue(DELIVER, run_at=run_at, unique_key=key, **_job_of_try(delivery))


def restore_try(delivery: WebhookDelivery) -> jobs.Ensured:
    """Have the next try of a delivery made whose job is gone."""
    return jobs.ensure(DELIVER, unique_key=_key_of_try(delivery), **_job_of_try(delivery))


def _key_of_try(delivery: WebhookDelivery) -> str:
    return f"deliver:{delivery.pk}:{delivery.attempts + 1}"


def _job_of_try(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "payload": {"delivery_id": str(delivery.pk), "number": delivery.attempts + 1},
        "assessment_id": delivery.event.assessment_id,
        "share": str(delivery.endpoint_id),
    }


def _payload(event: WebhookEvent, *, status: str, degraded: bool) -> dict[str, object]:
    if event.assessment_id is None or event.sequence is None:
        raise ValueError("an event is about an assessment, in the order of what happened to it")
    return payloads.payload(
        event.event_type,
        at=event.created_at,
        sequence=event.sequence,
        assessment_id=event.assessment_id,
        recommendation_id=event.recommendation_id,
        status=status,
        degraded=degraded,
    )
