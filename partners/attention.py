"""What of partners' endpoints and courses' gradebooks waits for an administrator."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.urls import reverse

from microcred.start_page import Sign, several
from partners.enums import DeliveryStatus, DisabledReason
from partners.lti.queries import untold_places
from partners.models import WebhookDelivery, WebhookEndpoint

_LATELY: Final = dt.timedelta(days=7)


def signs(*, now: dt.datetime) -> Iterator[Sign]:
    """Yield endpoints that do not answer, deliveries that were given up, and gradebooks that take nothing."""
    listed = reverse("admin:partners_webhookendpoint_changelist")
    off = WebhookEndpoint.objects.filter(
        disabled_reason__in=[DisabledReason.FAILING, DisabledReason.GONE]
    ).count()
    if off:
        said = several(off, "endpoint is", "endpoints are")
        yield Sign(
            f"{said} switched off, for nothing answered there.", f"{listed}?active__exact=0", is_fault=True
        )
    failing = WebhookEndpoint.objects.filter(active=True, next_probe_at__isnull=False).count()
    if failing:
        said = several(failing, "endpoint does not answer and is", "endpoints do not answer and are")
        yield Sign(f"{said} only probed.", listed, is_fault=True)
    dead = WebhookDelivery.objects.filter(status=DeliveryStatus.DEAD, created_at__gte=now - _LATELY).count()
    if dead:
        said = several(dead, "delivery of the last seven days was", "deliveries of the last seven days were")
        where = f"{reverse('admin:partners_webhookdelivery_changelist')}?status__exact={DeliveryStatus.DEAD}"
        yield Sign(f"{said} given up.", where, is_fault=True)
    untold = untold_places().count()
    if untold:
        said = several(untold, "place in a gradebook was", "places in gradebooks were")
        where = f"{reverse('admin:partners_ltigrade_changelist')}?untold=yes"
        yield Sign(f"{said} not told of a result.", where, is_fault=True)
