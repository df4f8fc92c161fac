"""Endpoints that do not answer: tried less and less, found well again, or switched off."""

import datetime as dt
import uuid

import structlog
from django.db import transaction

from ops import audit, jobs
from partners import queries, retrying
from partners.attempts import Outcome
from partners.enums import DisabledReason
from partners.models import WebhookDelivery, WebhookEndpoint
from partners.services.announcing import enqueue_try

log = structlog.get_logger(__name__)
GONE = 410
# Between two deliveries that go on when an endpoint answers again, so that it is not run over.
RELEASE_EVERY = dt.timedelta(milliseconds=100)
_HEALTH = ["failures", "failing_since", "probes", "next_probe_at"]


def note_outcome(endpoint: WebhookEndpoint, outcome: Outcome, *, is_probe: bool, chance: float) -> None:
    """Take a try into account; the caller has locked the endpoint and nothing of its deliveries yet.

    The first receipt heals it. A 410 switches it off, and so do five days of failures; after five failures in a
    row it is only probed.
    """
    if outcome.arrived:
        recover(endpoint, now=outcome.ended_at)
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or outcome.at
    if not endpoint.active:
        pass
    elif outcome.response_code == GONE:
        switch_off(endpoint, by=None, reason=DisabledReason.GONE, now=outcome.ended_at)
        return
    elif outcome.ended_at - endpoint.failing_since >= retrying.OFF_AFTER:
        switch_off(endpoint, by=None, reason=DisabledReason.FAILING, now=outcome.ended_at)
        return
    elif is_probe or (endpoint.failures >= retrying.PROBED_AFTER and endpoint.next_probe_at is None):
        _plan_probe(endpoint, now=outcome.ended_at, chance=chance)
    endpoint.save(update_fields=_HEALTH)


def recover(endpoint: WebhookEndpoint, *, now: dt.datetime) -> None:
    """Forget earlier failures, and let what was parked go on."""
    if endpoint.failures == 0:
        return
    was_probed = endpoint.next_probe_at is not None
    _forget(endpoint)
    endpoint.save(update_fields=_HEALTH)
    if was_probed:
        log.info("webhook_endpoint_healed", endpoint_id=str(endpoint.pk))
        _release(endpoint, now=now)


def switch_off(
    endpoint: WebhookEndpoint, *, by: audit.Actor | None, reason: DisabledReason, now: dt.datetime
) -> None:
    """Tell a locked endpoint nothing more, and its owner why where it was not their or our own wish."""
    endpoint.active, endpoint.disabled_reason = False, reason
    _forget(endpoint)
    endpoint.save(update_fields=["active", "disabled_reason", *_HEALTH])
    audit.record(
        by=by,
        action="webhook_endpoint.deactivated",
        resource_type="webhook_endpoint",
        resource_id=endpoint.pk,
        metadata={"reason": reason.value},
    )
    _release(endpoint, now=now)
    if reason in (DisabledReason.GONE, DisabledReason.FAILING):
        log.warning("webhook_endpoint_off", endpoint_id=str(endpoint.pk), reason=reason.value)
        if endpoint.contact_email:
            jobs.enqueue(
                "partners.tell_owner", payload={"endpoint_id": str(endpoint.pk), "reason": reason.value}
            )


@transaction.atomic
def park(*, delivery_id: uuid.UUID, number: int) -> None:
    """Have a delivery wait until its endpoint answers again; it uses up no try."""
    endpoint = queries.lock_endpoint_of(delivery_id)
    delivery = queries.lock_delivery(delivery_id)
    if delivery.next_attempt_at is None or delivery.attempts != number - 1:
        return
    if endpoint.next_probe_at is None:
        enqueue_try(delivery, again=True)
        return
    delivery.parked, delivery.next_attempt_at = True, endpoint.next_probe_at
    delivery.save(update_fields=["parked", "next_attempt_at", "updated_at"])


@transaction.atomic
def probe_later(*, endpoint_id: uuid.UUID, number: int, now: dt.datetime, chance: float) -> None:
    """Plan the next probe after one that could not be made; without anything parked, wait for the next event."""
    endpoint = queries.lock_endpoint(endpoint_id)
    if endpoint.next_probe_at is None or endpoint.probes != number:
        return
    if endpoint.deliveries.filter(parked=True).exists():
        _plan_probe(endpoint, now=now, chance=chance)
    else:
        # One more failure and it is probed again.
        endpoint.failures, endpoint.probes, endpoint.next_probe_at = retrying.PROBED_AFTER - 1, 0, None
    endpoint.save(update_fields=_HEALTH)


def _plan_probe(endpoint: WebhookEndpoint, *, now: dt.datetime, chance: float) -> None:
    endpoint.next_probe_at = now + retrying.wait_for_probe(endpoint.probes, chance=chance)
    endpoint.probes += 1
    endpoint.deliveries.filter(parked=True).update(next_attempt_at=endpoint.next_probe_at)
    jobs.enqueue(
        "partners.probe",
        payload={"endpoint_id": str(endpoint.pk), "number": endpoint.probes},
        run_at=endpoint.next_probe_at,
    )
    log.warning("webhook_endpoint_probed", endpoint_id=str(endpoint.pk), failures=endpoint.failures)


def _forget(endpoint: WebhookEndpoint) -> None:
    endpoint.failures, endpoint.failing_since, endpoint.probes, endpoint.next_probe_at = 0, None, 0, None


def _release(endpoint: WebhookEndpoint, *, now: dt.datetime) -> None:
    parked = WebhookDelivery.objects.select_related("event").filter(endpoint=endpoint, parked=True)
    for place, delivery in enumerate(parked.order_by("pk").select_for_update(of=("self",), no_key=True)):
        delivery.parked, delivery.next_attempt_at = False, now + place * RELEASE_EVERY
        delivery.save(update_fields=["parked", "next_attempt_at", "updated_at"])
        enqueue_try(delivery, run_at=delivery.next_attempt_at, again=True)
