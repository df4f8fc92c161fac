"""The background work of partners."""

import random
import uuid
from typing import Final

from django.utils import timezone

from ops.jobs import Claim
from partners import queries, sending, services

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
    outcome = sending.send(attempt, now=timezone.now())
    with claim.finish():
        services.record_attempt(
            delivery_id=attempt.delivery_id, number=attempt.number, outcome=outcome, chance=_chance.random()
        )


def give_up_delivery(claim: Claim) -> None:
    """Make a delivery a dead letter whose try could not even be made or recorded."""
    with claim.finish():
        services.abandon(
            delivery_id=uuid.UUID(claim.payload["delivery_id"]),
            number=claim.payload["number"],
            reason=GAVE_UP,
        )
