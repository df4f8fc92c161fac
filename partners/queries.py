"""Reading endpoints, events and deliveries."""

import datetime as dt
import uuid
from collections.abc import Collection, Set
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from microcred import sealing
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Missing
from microcred.pipelining import Statement, pipelined
from partners import payloads
from partners.attempts import DeliveryAttempt
from partners.enums import DeliveryStatus, EventType
from partners.lti.queries import courses_of as courses_of
from partners.models import ResultReading, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent

SECRETS: Final = "microcred webhook secrets v1"  # what they are sealed for


# The last place stands there with no event too. An assessment may have hundreds of events, of which few are asked for.
_RECORDED: Final = Statement("""
SELECT last.place, e.event_type, e.subject_id
  FROM (SELECT coalesce(max(sequence), 0) AS place FROM webhook_events WHERE assessment_id = %(assessment_id)s) AS last
  LEFT JOIN webhook_events e ON e.assessment_id = %(assessment_id)s
   AND (e.subject_id = ANY(%(about)s::uuid[]) OR e.event_type = %(ready)s)
""")
_ORDER: Final = Statement("SELECT pg_advisory_xact_lock(hashtextextended(%(order)s, 0))")
# Of no key, or of one that is not revoked: who is shut out is told nothing more either.
_HEARING: Final = Q(active=True, service_key__revoked_at__isnull=True)
_LISTENERS: Final = CompiledQuery(
    lambda event_types: (
        WebhookEndpoint.objects.filter(_HEARING, event_types__overlap=list(event_types))
        .order_by("pk")
        .values_list("pk", "event_types")
    )
)


class EndpointMissing(Missing):
    """There is no such endpoint."""

    default_code = "ENDPOINT_404"


class DeliveryMissing(Missing):
    """There is no such delivery."""

    default_code = "DELIVERY_404"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Events of one assessment: those asked about, by type and subject, the runs that were announced as ``ready``, and
    the place of the ``last`` event, 0 before the first."""

    events: Set[tuple[str, uuid.UUID]]
    ready: Set[uuid.UUID]
    last: int


def listeners(event_types: Collection[str]) -> dict[str, list[uuid.UUID]]:
    """Return the ids of the active endpoints that want events of each of these types, but those of revoked keys."""
    rows = _LISTENERS.rows(tuple(map(str, event_types)))
    return {one: [pk for pk, wanted in rows if one in wanted] for one in event_types}


def recorded_in_order(assessment_id: uuid.UUID, *, about: Collection[uuid.UUID]) -> Recorded:
    """Let nobody else announce what happens to this assessment until the transaction ends, and return which of its
    events are recorded that are ``about`` one of these.

    Only announcing takes this lock, and takes no other after it, so that nobody waits for each other.
    """
    ready = EventType.RECOMMENDATION_READY.value
    _, rows = pipelined(
        _ORDER.read(order=f"events:{assessment_id}"),
        _RECORDED.read(assessment_id=assessment_id, about=list(about), ready=ready),
    )
    events = {(event_type, subject_id) for _, event_type, subject_id in rows if event_type}
    return Recorded(events, {subject_id for kind, subject_id in events if kind == ready}, rows[0][0])


def assessments_told(service_key_id: uuid.UUID) -> QuerySet[WebhookDelivery, uuid.UUID | None]:
    """Return the ids of the assessments of which something was sent, or is on its way, to endpoints of this key."""
    sent = WebhookDelivery.objects.filter(endpoint__service_key=service_key_id)
    return sent.order_by().values_list("event__assessment", flat=True)


def active_named(name: str) -> list[uuid.UUID]:
    """Return the ids of the active endpoints of this name."""
    return list(WebhookEndpoint.objects.filter(active=True, name=name).values_list("pk", flat=True))


def endpoint(endpoint_id: uuid.UUID, *, service_key_id: uuid.UUID | None = None) -> WebhookEndpoint:
    """Return an endpoint; of one program's if ``service_key_id`` says whose, else anybody's."""
    found = owned_endpoints(service_key_id).filter(pk=endpoint_id).first()
    if found is None:
        raise EndpointMissing("No such endpoint.")
    return found


def owned_endpoints(service_key_id: uuid.UUID | None) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints of one program, or all of them."""
    endpoints = WebhookEndpoint.objects.order_by("-pk")
    return endpoints.filter(service_key=service_key_id) if service_key_id else endpoints


def deliveries(
    endpoint_id: uuid.UUID, *, status: str = "", event_type: str = ""
) -> QuerySet[WebhookDelivery]:
    """Return the deliveries to an endpoint with their tries, the latest event first."""
    found = WebhookDelivery.objects.filter(endpoint=endpoint_id).select_related("event")
    if status:
        found = found.filter(status=status)
    if event_type:
        found = found.filter(event__event_type=event_type)
    return found.prefetch_related(Prefetch("tries", WebhookAttempt.objects.order_by("-number"))).order_by(
        "-pk"
    )


def delivery(delivery_id: uuid.UUID, *, service_key_id: uuid.UUID | None = None) -> WebhookDelivery:
    """Return a delivery; of one program's endpoints if ``service_key_id`` says whose."""
    rows = WebhookDelivery.objects.select_related("event", "endpoint").filter(pk=delivery_id)
    found = (rows.filter(endpoint__service_key=service_key_id) if service_key_id else rows).first()
    if found is None:
        raise DeliveryMissing("No such delivery.")
    return found


def replayable(
    endpoint_id: uuid.UUID, *, since: dt.datetime, until: dt.datetime, only_dead: bool, limit: int
) -> list[uuid.UUID]:
    """Return the ids of deliveries of that time that are not on their way, the oldest first."""
    rows = WebhookDelivery.objects.filter(
        endpoint=endpoint_id, event__created_at__gte=since, event__created_at__lt=until
    ).exclude(status=DeliveryStatus.PENDING)
    if only_dead:
        rows = rows.filter(status=DeliveryStatus.DEAD)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


def lock_endpoint(endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """Return an endpoint, locked against other changes of it but not against new deliveries."""
    found = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    if found is None:
        raise EndpointMissing("No such endpoint.")
    return found


def lock_endpoint_of(delivery_id: uuid.UUID) -> WebhookEndpoint:
    """Return the endpoint of a delivery, locked before the delivery is."""
    endpoint_id = WebhookDelivery.objects.filter(pk=delivery_id).values_list("endpoint_id", flat=True).first()
    if endpoint_id is None:
        raise DeliveryMissing("No such delivery.")
    return lock_endpoint(endpoint_id)


def attempts_of(delivery_id: uuid.UUID) -> int:
    """Return how many tries of a delivery are recorded."""
    attempts = WebhookDelivery.objects.filter(pk=delivery_id).values_list("attempts", flat=True).first()
    if attempts is None:
        raise DeliveryMissing("No such delivery.")
    return attempts


def lock_delivery(delivery_id: uuid.UUID) -> WebhookDelivery:
    """Return a delivery, locked after its event, because the event sums up all its deliveries."""
    event_id = WebhookDelivery.objects.filter(pk=delivery_id).values_list("event_id", flat=True).first()
    if event_id is None:
        raise DeliveryMissing("No such delivery.")
    event = WebhookEvent.objects.select_for_update(no_key=True).filter(pk=event_id).first()
    delivery = WebhookDelivery.objects.select_for_update(no_key=True).filter(pk=delivery_id).first()
    if event is None or delivery is None:  # both were erased while their locks were waited for
        raise DeliveryMissing("No such delivery.")
    delivery.event = event
    return delivery


def due_try(*, delivery_id: uuid.UUID, number: int, now: dt.datetime) -> DeliveryAttempt | None:
    """Return what to send for the try of this number, None when it has been made or is not wanted any more."""
    delivery = (
        WebhookDelivery.objects.select_related("event", "endpoint__service_key")
        .filter(pk=delivery_id, status=DeliveryStatus.PENDING, attempts=number - 1, parked=False)
        .first()
    )
    return _try_of(delivery, now=now) if delivery else None


def due_probe(*, endpoint_id: uuid.UUID, number: int, now: dt.datetime) -> DeliveryAttempt | None:
    """Return what to try an endpoint with that is only probed: the oldest of what is parked, if this probe is due."""
    delivery = (
        WebhookDelivery.objects.select_related("event", "endpoint__service_key")
        .filter(endpoint=endpoint_id, parked=True, endpoint__probes=number, endpoint__active=True)
        .order_by("pk")
        .first()
    )
    return _try_of(delivery, now=now) if delivery else None


def _try_of(delivery: WebhookDelivery, *, now: dt.datetime) -> DeliveryAttempt:
    key = delivery.endpoint.service_key
    return DeliveryAttempt(
        delivery_id=delivery.pk,
        number=delivery.attempts + 1,
        url=delivery.endpoint.url,
        message_id=payloads.message_id(delivery.event_id),
        body=payloads.body(delivery.event.payload),
        secrets=live_secrets(delivery.endpoint_id, now=now),
        endpoint_active=delivery.endpoint.active and (key is None or key.revoked_at is None),
        endpoint_probed=delivery.endpoint.next_probe_at is not None,
    )


def live_secrets(endpoint_id: uuid.UUID, *, now: dt.datetime) -> tuple[str, ...]:
    """Return the secrets that sign for an endpoint at this moment, the newest first."""
    endpoint = WebhookEndpoint(pk=endpoint_id)
    live = endpoint.secrets.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by("-pk")
    key, former = settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS
    return tuple(sealing.unseal(one.sealed, key=key, former=former, purpose=SECRETS) for one in live)


def readings_of(person_id: uuid.UUID) -> QuerySet[ResultReading]:
    """Return the readings of a person's results by programs, with their roles, the latest first."""
    return (
        ResultReading.objects.filter(assessment__user=person_id)
        .select_related("assessment__role")
        .order_by("-id")
    )
