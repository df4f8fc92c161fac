"""Endpoints of partners and their secrets."""

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import transaction

from microcred import sealing
from microcred.addresses import read_url
from microcred.errors import Invalid
from ops import audit
from partners import queries, signing
from partners.enums import DisabledReason, EventType
from partners.models import WebhookEndpoint, WebhookSecret

SECRET_BYTES: Final = 32
LONGEST_NAME: Final = 120
OVERLAP: Final = dt.timedelta(hours=24)


class EndpointInvalid(Invalid):
    """The endpoint has no name, or wants no event that there is."""

    default_code = "ENDPOINT_400"


@transaction.atomic
def register_endpoint(
    *, by: audit.Actor | None, name: str, url: str, event_types: Sequence[str]
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint; return it with its secret, which cannot be read again afterwards.

    Raises:
        EndpointInvalid: if the name is empty or an event type unknown.
        UrlRefused: if nothing would ever be sent to the URL.
    """
    endpoint = WebhookEndpoint(
        name=_checked_name(name), url=_checked_url(url), event_types=_checked_types(event_types)
    )
    endpoint.save()
    secret = _add_secret(endpoint)
    _record(by, "registered", endpoint, event_types=endpoint.event_types)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *, by: audit.Actor | None, endpoint_id: uuid.UUID, name: str, url: str, event_types: Sequence[str]
) -> WebhookEndpoint:
    """Change what an endpoint is called, where it is and what it wants; raises as registering does."""
    endpoint = queries.lock_endpoint(endpoint_id)
    endpoint.name = _checked_name(name)
    endpoint.url = _checked_url(url)
    endpoint.event_types = _checked_types(event_types)
    endpoint.save()
    _record(by, "changed", endpoint, event_types=endpoint.event_types)
    return endpoint


@transaction.atomic
def rotate(*, by: audit.Actor | None, endpoint_id: uuid.UUID, now: dt.datetime) -> str:
    """Give an endpoint a new secret and return it; the one before it signs too for another 24 hours.

    At most two secrets are live: what was left of an earlier overlap ends now.
    """
    endpoint = queries.lock_endpoint(endpoint_id)
    endpoint.secrets.filter(expires_at__gt=now).update(expires_at=now)
    endpoint.secrets.filter(expires_at__isnull=True).update(expires_at=now + OVERLAP)
    secret = _add_secret(endpoint)
    _record(by, "rotated", endpoint)
    return secret


@transaction.atomic
def deactivate(
    *,
    by: audit.Actor | None,
    endpoint_id: uuid.UUID,
    reason: DisabledReason = DisabledReason.STAFF,
) -> WebhookEndpoint:
    """Tell an endpoint nothing more; what is pending dies at its next try. Doing so twice changes nothing."""
    endpoint = queries.lock_endpoint(endpoint_id)
    if endpoint.active:
        endpoint.active, endpoint.disabled_reason = False, reason
        endpoint.save(update_fields=["active", "disabled_reason"])
        _record(by, "deactivated", endpoint, reason=reason.value)
    return endpoint


@transaction.atomic
def reactivate(*, by: audit.Actor | None, endpoint_id: uuid.UUID) -> WebhookEndpoint:
    """Tell an endpoint of events again, from now on; what is still pending goes on by its schedule."""
    endpoint = queries.lock_endpoint(endpoint_id)
    if not endpoint.active:
        endpoint.active, endpoint.disabled_reason = True, ""
        endpoint.save(update_fields=["active", "disabled_reason"])
        _record(by, "reactivated", endpoint)
    return endpoint


def _add_secret(endpoint: WebhookEndpoint) -> str:
    secret = signing.encode_secret(secrets.token_bytes(SECRET_BYTES))
    sealed = sealing.seal(secret, key=settings.WEBHOOK_ENCRYPTION_KEY, purpose=queries.SECRETS)
    WebhookSecret.objects.create(endpoint=endpoint, sealed=sealed)
    return secret


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise EndpointInvalid("An endpoint needs a name of 1 to 120 characters.", details={"field": "name"})
    return name


def _checked_url(url: str) -> str:
    read_url(url, allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES)
    return url


def _checked_types(event_types: Sequence[str]) -> list[str]:
    unknown = sorted(set(event_types) - set(EventType.values))
    if unknown or not event_types:
        raise EndpointInvalid(
            f"Choose from {', '.join(EventType.values)}.",
            details={"field": "event_types", "unknown": unknown},
        )
    return sorted(set(event_types))


def _record(by: audit.Actor | None, deed: str, endpoint: WebhookEndpoint, **facts: object) -> None:
    audit.record(
        by=by,
        action=f"webhook_endpoint.{deed}",
        resource_type="webhook_endpoint",
        resource_id=endpoint.pk,
        metadata=facts,
    )
