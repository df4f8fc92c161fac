"""Writing down what came of tries, and sending again."""

import datetime as dt
import uuid
from typing import Final

import structlog
from django.db import transaction

from microcred.errors import Conflict
from ops import audit
from partners import queries, retrying
from partners.attempts import MAX_EXCERPT, Outcome
from partners.enums import DeliveryStatus, DisabledReason, EventStatus
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEvent
from partners.services.announcing import enqueue_try
from partners.services.endpoints import deactivate

log = structlog.get_logger(__name__)
GONE: Final = 410


class DeliveryPending(Conflict):
    """The delivery is on its way already."""

    default_code = "DELIVERY_409"


class EndpointOff(Conflict):
    """The endpoint is switched off."""

    default_code = "ENDPOINT_409"


@transaction.atomic
def record_attempt(
    *, delivery_id: uuid.UUID, number: int, outcome: Outcome, chance: float
) -> WebhookDelivery:
    """Store a try and decide what follows: nothing, the next try by the schedule, or the end.

    An answer of 410 switches the endpoint off. A try whose number is taken was made by someone else, too; it
    changes nothing. ``chance`` in [0, 1) spreads the waits.
    """
    if outcome.response_code == GONE:
        # Before the locks below, in the order in which everybody takes them.
        _switch_off(delivery_id)
    delivery = queries.lock_delivery(delivery_id)
    if delivery.attempts != number - 1:
        log.warning("webhook_try_already_recorded", delivery_id=str(delivery_id), number=number)
        return delivery
    WebhookAttempt.objects.create(
        delivery=delivery,
        number=number,
        at=outcome.at,
        response_code=outcome.response_code,
        excerpt=outcome.excerpt[:MAX_EXCERPT],
        duration_ms=outcome.duration_ms,
        error=outcome.error,
    )
    delivery.attempts = number
    delivery.response_code = outcome.response_code
    delivery.last_error = outcome.problem
    _settle(delivery, outcome, chance)
    delivery.save()
    _sum_up(delivery.event, outcome)
    return delivery


@transaction.atomic
def abandon(*, delivery_id: uuid.UUID, number: int, reason: str) -> None:
    """End a delivery that waits for the try of this number without making it; ``reason`` is one word."""
    delivery = queries.lock_delivery(delivery_id)
    if delivery.status == DeliveryStatus.PENDING and delivery.attempts == number - 1:
        delivery.last_error = reason
        _bury(delivery)
        delivery.save()
        _sum_up(delivery.event)


@transaction.atomic
def replay(*, by: audit.Actor | None, delivery_id: uuid.UUID, now: dt.datetime) -> WebhookDelivery:
    """Send an event to an endpoint again, with all tries of the schedule before it and its old id.

    Raises:
        DeliveryMissing: if there is none.
        DeliveryPending: if it is on its way anyway.
        EndpointOff: if the endpoint takes nothing at the moment.
    """
    delivery = queries.lock_delivery(delivery_id)
    if delivery.status == DeliveryStatus.PENDING:
        raise DeliveryPending("This delivery is on its way already.")
    if not delivery.endpoint.active:
        raise EndpointOff("The endpoint is switched off; switch it on first.")
    delivery.status, delivery.failures, delivery.next_attempt_at = DeliveryStatus.PENDING, 0, now
    delivery.save()
    _sum_up(delivery.event)
    enqueue_try(delivery, again=True)
    audit.record(
        by=by,
        action="webhook_delivery.replayed",
        resource_type="webhook_delivery",
        resource_id=delivery.pk,
        metadata={"event_id": str(delivery.event_id), "endpoint_id": str(delivery.endpoint_id)},
    )
    return delivery


def _switch_off(delivery_id: uuid.UUID) -> None:
    endpoint_id = WebhookDelivery.objects.values_list("endpoint_id", flat=True).get(pk=delivery_id)
    deactivate(by=None, endpoint_id=endpoint_id, reason=DisabledReason.GONE)


def _settle(delivery: WebhookDelivery, outcome: Outcome, chance: float) -> None:
    if outcome.arrived:
        delivery.status, delivery.next_attempt_at, delivery.failures = DeliveryStatus.DELIVERED, None, 0
        return
    delivery.failures += 1
    wait = retrying.wait_after(delivery.failures, chance=chance, asked=outcome.asked_seconds)
    if wait is None or outcome.response_code == GONE:
        _bury(delivery)
    elif delivery.status == DeliveryStatus.PENDING:
        delivery.next_attempt_at = outcome.ended_at + wait
        enqueue_try(delivery, run_at=delivery.next_attempt_at)


def _bury(delivery: WebhookDelivery) -> None:
    delivery.status, delivery.next_attempt_at = DeliveryStatus.DEAD, None
    log.error(
        "webhook_dead", delivery_id=str(delivery.pk), attempts=delivery.attempts, reason=delivery.last_error
    )


def _sum_up(event: WebhookEvent, outcome: Outcome | None = None) -> None:
    """Bring the event's own columns in line with its deliveries; the caller holds its lock."""
    states = set(event.deliveries.values_list("status", flat=True))
    if DeliveryStatus.PENDING in states:
        event.status = EventStatus.PENDING
    else:
        event.status = EventStatus.DEAD if DeliveryStatus.DEAD in states else EventStatus.DELIVERED
    if outcome is not None:
        event.attempts += 1
        event.response_code, event.last_attempt = outcome.response_code, outcome.at
    event.save(update_fields=["status", "attempts", "response_code", "last_attempt"])
