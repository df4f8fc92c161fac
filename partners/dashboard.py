"""What of partners' endpoints and courses' gradebooks waits for an administrator."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.urls import reverse

from microcred.admin_dashboard import Alert, pluralize
from partners.enums import DeliveryStatus, DisabledReason
from partners.lti.queries import untold_places
from partners.models import WebhookDelivery, WebhookEndpoint

_LATELY: Final = dt.timedelta(days=7)


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield endpoints that do not answer, deliveries that were given up, and gradebooks that take nothing."""
    listed = reverse("admin:partners_webhookendpoint_changelist")
    off = WebhookEndpoint.objects.filter(
        disabled_reason__in=[DisabledReason.FAILING, DisabledReason.GONE]
    ).count()
    if off:
        said = pluralize(off, "endpoint is", "endpoints are")
        yield Alert(
            f"{said} switched off, for nothing answered there.", f"{listed}?active__exact=0", is_fault=True
        )
    failing = WebhookEndpoint.objects.filter(active=True, next_probe_at__isnull=False).count()
    if failing:
        said = pluralize(failing, "endpoint does not answer and is", "endpoints do not answer and are")
        yield Alert(f"{said} only probed.", listed, is_fault=True)
    dead = WebhookDelivery.objects.filter(status=DeliveryStatus.DEAD, created_at__gte=now - _LATELY).count()
    if dead:
        said = pluralize(
            dead, "delivery of the last seven days was", "deliveries of the last seven days were"
        )
        where = f"{reverse('admin:partners_webhookdelivery_changelist')}?status__exact={DeliveryStatus.DEAD}"
        yield Alert(f"{said} given up.", where, is_fault=True)
    untold = untold_places().count()
    if untold:
        said = pluralize(untold, "place in a gradebook was", "places in gradebooks were")
        where = f"{reverse('admin:partners_ltigrade_changelist')}?untold=yes"
        yield Alert(f"{said} not told of a result.", where, is_fault=True)
