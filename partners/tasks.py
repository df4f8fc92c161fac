"""The background work of partners."""

import random
import uuid
from typing import Final

from django.utils import timezone

from ops.jobs import Claim
from partners import emails, queries, sending, services
from partners.enums import DisabledReason

_chance = random.SystemRandom()
ENDPOINT_OFF: Final = "endpoint_off"
GAVE_UP: Final = "gave_up"


def deliver(claim: Claim) -> None:
    """Make one try of one delivery: the request outside any transaction, then its record in one."""
    attempt = queries.due_try(
        delivery_id=uuid.UUID(claim.payload["delivery_id"]),
        number=claim.payload["number"],
        now=timezone.now(),
    )
    if attempt is None:
        return
    if not attempt.endpoint_active:
        with claim.finish():
            services.abandon(delivery_id=attempt.delivery_id, number=attempt.number, reason=ENDPOINT_OFF)
        return
    if attempt.endpoint_probed:
        with claim.finish():
            services.park(delivery_id=attempt.delivery_id, number=attempt.number)
        return
    outcome = sending.send(attempt, now=timezone.now())
    with claim.finish():
        services.record_attempt(
            delivery_id=attempt.delivery_id, number=attempt.number, outcome=outcome, chance=_chance.random()
        )


def probe(claim: Claim) -> None:
    """Try an endpoint that has failed too often with one of the deliveries that wait for it."""
    about = {"endpoint_id": uuid.UUID(claim.payload["endpoint_id"]), "number": claim.payload["number"]}
    attempt = queries.due_probe(**about, now=timezone.now())
    if attempt is None:
        with claim.finish():
            services.probe_later(**about, now=timezone.now(), chance=_chance.random())
        return
    if not attempt.endpoint_active:  # its key is revoked; what waits for it dies at its next try
        with claim.finish():
            services.deactivate(by=None, endpoint_id=about["endpoint_id"], now=timezone.now())
        return
    outcome = sending.send(attempt, now=timezone.now())
    with claim.finish():
        services.record_attempt(
            delivery_id=attempt.delivery_id,
            number=attempt.number,
            outcome=outcome,
            chance=_chance.random(),
            is_probe=True,
        )


def give_up_probe(claim: Claim) -> None:
    """Plan another probe where one could not even be made or recorded."""
    with claim.finish():
        services.probe_later(
            endpoint_id=uuid.UUID(claim.payload["endpoint_id"]),
            number=claim.payload["number"],
            now=timezone.now(),
            chance=_chance.random(),
        )


def tell_owner(claim: Claim) -> None:
    """Write to the owner of an endpoint that was switched off."""
    emails.tell_owner(
        endpoint_id=uuid.UUID(claim.payload["endpoint_id"]), reason=DisabledReason(claim.payload["reason"])
    )


def give_up_delivery(claim: Claim) -> None:
    """Make a delivery a dead letter whose try could not even be made or recorded."""
    with claim.finish():
        services.abandon(
            delivery_id=uuid.UUID(claim.payload["delivery_id"]),
            number=claim.payload["number"],
            reason=GAVE_UP,
        )
