"""Results that partners were not told of, and deliveries that nobody makes."""

import datetime as dt
from typing import Final

from django.db.models import Exists, OuterRef, Q

from assessments import queries as assessments
from ops import queries as jobs
from ops.jobs import Ensured
from partners import services
from partners.enums import DeliveryStatus, EventType
from partners.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from partners.tasks import GAVE_UP
from recommendations import queries as recommendations

MOST_AT_ONCE: Final = 500
# A try whose job is merely late is not without one.
OVERDUE: Final = dt.timedelta(seconds=30)
OF_A_RUN: Final = (EventType.RECOMMENDATION_READY, EventType.RECOMMENDATION_UPDATED)


def announce_results(*, now: dt.datetime, since: dt.datetime) -> int:
    """Announce the runs in effect that no event tells of; those that are held back wait for their release."""
    # What takes a person's changes back is told on an occasion of its own.
    about = Q(subject_id=OuterRef("pk")) | Q(recommendation_id=OuterRef("pk"))
    told = WebhookEvent.objects.filter(about, event_type__in=OF_A_RUN)
    untold = recommendations.shown_since(since).filter(~Exists(told))
    rows = list(untold.values_list("assessment_id", "pk")[:MOST_AT_ONCE])
    for assessment_id, recommendation_id in rows:
        services.announce_result(assessment_id=assessment_id, recommendation_id=recommendation_id, now=now)
    return len(rows)


def announce_failures(*, now: dt.datetime, since: dt.datetime) -> int:
    """Announce the assessments that ended without a result and that no event tells of."""
    told = WebhookEvent.objects.filter(subject_id=OuterRef("pk"), event_type=EventType.ASSESSMENT_FAILED)
    untold = assessments.failed_since(since).filter(~Exists(told))
    rows = list(untold.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in rows:
        services.announce(EventType.ASSESSMENT_FAILED, assessment_id=pk, subject_id=pk, now=now)
    return len(rows)


def restore_deliveries(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have overdue tries made; a delivery whose job died without a word is dead, and can be sent again."""
    overdue = WebhookDelivery.objects.filter(
        ~jobs.is_worked_on("partners.deliver", "delivery_id"),
        status=DeliveryStatus.PENDING,
        parked=False,
        next_attempt_at__lt=now - OVERDUE,
    )
    idle = list(overdue.select_related("event").order_by("pk")[:MOST_AT_ONCE])
    return sum(_restore(delivery) != Ensured.ALIVE for delivery in idle)


def _restore(delivery: WebhookDelivery) -> Ensured:
    found = services.restore_try(delivery)
    if found == Ensured.DEAD:
        services.abandon(delivery_id=delivery.pk, number=delivery.attempts + 1, reason=GAVE_UP)
    return found


def restore_probes(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have endpoints probed whose probe is overdue."""
    overdue = WebhookEndpoint.objects.filter(
        ~jobs.is_worked_on("partners.probe", "endpoint_id"), next_probe_at__lt=now - OVERDUE
    )
    idle = list(overdue.values_list("pk", "probes"))
    for endpoint_id, number in idle:
        services.probe_later(endpoint_id=endpoint_id, number=number, now=now, chance=0.5)
    return len(idle)
