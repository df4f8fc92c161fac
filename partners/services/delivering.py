"""Writing down what came of tries, and sending again."""

import contextlib
import datetime as dt
import uuid
from typing import Final

import structlog
from django.db import transaction

from microcred.errors import Conflict
from ops import audit
from partners import queries, retrying
from partners.attempts import MAX_EXCERPT, Outcome
from partners.enums import DeliveryStatus, EventStatus
from partners.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from partners.services import health
from partners.services.announcing import EndpointOff, enqueue_try

log = structlog.get_logger(__name__)
MOST_REPLAYED: Final = 1000


class DeliveryPending(Conflict):
    """The delivery is on its way already."""

    default_code = "DELIVERY_409"


@transaction.atomic
def record_attempt(
    *, delivery_id: uuid.UUID, number: int, outcome: Outcome, chance: float, is_probe: bool = False
) -> WebhookDelivery:
    """Store a try and decide what follows: nothing, the next try by the schedule, or the end.

    What it says of the endpoint is taken into account too. A try whose number is taken was made by someone else,
    too; it changes nothing. A probe uses up no place in the schedule. ``chance`` in [0, 1) spreads the waits.
    """
    # Endpoint, event, delivery: the order in which everybody locks them.
    endpoint = queries.lock_endpoint_of(delivery_id)
    if queries.attempts_of(delivery_id) == number - 1:
        health.note_outcome(endpoint, outcome, is_probe=is_probe, chance=chance)
    delivery = queries.lock_delivery(delivery_id)
    if delivery.attempts != number - 1:
        log.warning("webhook_try_already_recorded", delivery_id=str(delivery_id), number=number)
        return delivery
    _store(delivery, number, outcome)
    delivery.attempts = number
    delivery.response_code = outcome.response_code
    delivery.last_error = outcome.problem
    _settle(delivery, endpoint, outcome, is_probe=is_probe, chance=chance)
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


def replay_range(
    *,
    by: audit.Actor | None,
    endpoint_id: uuid.UUID,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
    only_dead: bool = True,
) -> int:
    """Send an endpoint again what came up in [since, until): what died, or all that is not on its way.

    Each delivery is sent again by itself, the oldest first, so that an interruption leaves the rest for another
    call. Return how many are on their way again, at most ``MOST_REPLAYED``.

    Raises:
        EndpointMissing: if there is none.
        EndpointOff: if the endpoint takes nothing at the moment.
    """
    if not queries.endpoint(endpoint_id).active:
        raise EndpointOff("The endpoint is switched off; switch it on first.")
    chosen = queries.replayable(
        endpoint_id, since=since, until=until, only_dead=only_dead, limit=MOST_REPLAYED
    )
    for delivery_id in chosen:
        with contextlib.suppress(DeliveryPending):  # somebody else has sent it again meanwhile
            replay(by=by, delivery_id=delivery_id, now=now)
    return len(chosen)


def _store(delivery: WebhookDelivery, number: int, outcome: Outcome) -> None:
    WebhookAttempt.objects.create(
        delivery=delivery,
        number=number,
        at=outcome.at,
        response_code=outcome.response_code,
        excerpt=outcome.excerpt[:MAX_EXCERPT],
        duration_ms=outcome.duration_ms,
        error=outcome.error,
    )


def _settle(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint, outcome: Outcome, *, is_probe: bool, chance: float
) -> None:
    if outcome.arrived:
        delivery.status, delivery.next_attempt_at, delivery.failures = DeliveryStatus.DELIVERED, None, 0
        delivery.parked = False
        return
    if endpoint.next_probe_at is not None and delivery.status == DeliveryStatus.PENDING:
        delivery.failures += not is_probe
        delivery.parked, delivery.next_attempt_at = True, endpoint.next_probe_at
        return
    delivery.failures += 1
    wait = retrying.wait_after(delivery.failures, chance=chance, asked=outcome.asked_seconds)
    if wait is None or not endpoint.active:
        _bury(delivery)
    elif delivery.status == DeliveryStatus.PENDING:
        delivery.next_attempt_at = outcome.ended_at + wait
        enqueue_try(delivery, run_at=delivery.next_attempt_at)


def _bury(delivery: WebhookDelivery) -> None:
    delivery.status, delivery.next_attempt_at, delivery.parked = DeliveryStatus.DEAD, None, False
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
