"""Reading endpoints, events and deliveries."""

import datetime as dt
import uuid
from typing import Final

from django.conf import settings
from django.db.models import Q

from microcred import sealing
from microcred.errors import Missing
from partners import payloads
from partners.attempts import Try
from partners.enums import DeliveryStatus, EventType
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

SECRETS: Final = "microcred webhook secrets v1"  # what they are sealed for


class EndpointMissing(Missing):
    """There is no such endpoint."""

    default_code = "ENDPOINT_404"


class DeliveryMissing(Missing):
    """There is no such delivery."""

    default_code = "DELIVERY_404"


def listeners(event_type: str) -> list[uuid.UUID]:
    """Return the ids of the active endpoints that want events of this type."""
    wanting = WebhookEndpoint.objects.filter(active=True, event_types__contains=[event_type])
    return list(wanting.order_by("pk").values_list("pk", flat=True))


def active_named(name: str) -> list[uuid.UUID]:
    """Return the ids of the active endpoints of this name."""
    return list(WebhookEndpoint.objects.filter(active=True, name=name).values_list("pk", flat=True))


def lock_endpoint(endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """Return an endpoint, locked against other changes of it but not against new deliveries."""
    found = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    if found is None:
        raise EndpointMissing("No such endpoint.")
    return found


def lock_delivery(delivery_id: uuid.UUID) -> WebhookDelivery:
    """Return a delivery, locked after its event, because the event sums up all its deliveries."""
    event_id = WebhookDelivery.objects.filter(pk=delivery_id).values_list("event_id", flat=True).first()
    if event_id is None:
        raise DeliveryMissing("No such delivery.")
    event = WebhookEvent.objects.select_for_update(no_key=True).get(pk=event_id)
    delivery = WebhookDelivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    delivery.event = event
    return delivery


def due_try(*, delivery_id: uuid.UUID, number: int, now: dt.datetime) -> Try | None:
    """Return what to send for the try of this number, None when it has been made or is not wanted any more."""
    delivery = (
        WebhookDelivery.objects.select_related("event", "endpoint")
        .filter(pk=delivery_id, status=DeliveryStatus.PENDING, attempts=number - 1)
        .first()
    )
    if delivery is None:
        return None
    return Try(
        delivery_id=delivery.pk,
        number=number,
        url=delivery.endpoint.url,
        message_id=payloads.message_id(delivery.event_id),
        body=payloads.body(delivery.event.payload),
        secrets=live_secrets(delivery.endpoint_id, now=now),
        endpoint_active=delivery.endpoint.active,
    )


def live_secrets(endpoint_id: uuid.UUID, *, now: dt.datetime) -> tuple[str, ...]:
    """Return the secrets that sign for an endpoint at this moment, the newest first."""
    endpoint = WebhookEndpoint(pk=endpoint_id)
    live = endpoint.secrets.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by("-pk")
    return tuple(
        sealing.unseal(secret.sealed, key=settings.WEBHOOK_ENCRYPTION_KEY, purpose=SECRETS) for secret in live
    )


def was_announced(event_type: EventType, *, assessment_id: uuid.UUID, but: uuid.UUID) -> bool:
    """Whether such an event was recorded for the assessment, about another subject than ``but``."""
    rows = WebhookEvent.objects.filter(event_type=event_type, assessment_id=assessment_id)
    return rows.exclude(subject_id=but).exists()
