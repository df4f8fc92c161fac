"""Endpoints of partners and their secrets."""

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db import transaction
from django.utils import timezone

from accounts.models import ServiceKey
from microcred import sealing
from microcred.errors import Invalid, PreconditionFailed
from ops import audit
from partners import queries, signing
from partners.destinations import read_destination
from partners.enums import DisabledReason, EventType, SignatureScheme
from partners.models import WebhookEndpoint, WebhookSecret
from partners.services import health

SECRET_BYTES: Final = 32
LONGEST_NAME: Final = 120
LONGEST_CONTACT: Final = 254
OVERLAP: Final = dt.timedelta(hours=24)


class EndpointInvalid(Invalid):
    """The endpoint has no name, wants no event that there is, names nobody to write to, or belongs to no good key."""

    default_code = "ENDPOINT_400"


class EndpointChangedMeanwhile(PreconditionFailed):
    """The endpoint has changed since the version that the change was made from."""


@transaction.atomic
def register_endpoint(
    *,
    by: audit.Actor | None,
    name: str,
    url: str,
    event_types: Sequence[str],
    scheme: str = SignatureScheme.HMAC,
    contact_email: str = "",
    service_key_id: uuid.UUID | None = None,
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint; return it with what its owner checks signatures with.

    That is its secret, which cannot be read again afterwards, or with Ed25519 our public key.

    Raises:
        EndpointInvalid: if the name is empty, an event type or the scheme unknown, the contact no e-mail address, or
            the key none that is good.
        UrlRefused: if nothing would ever be sent to the URL.
    """
    endpoint = WebhookEndpoint(
        name=_checked_name(name),
        url=_checked_url(url),
        event_types=_checked_types(event_types),
        scheme=_checked_scheme(scheme),
        contact_email=_checked_contact(contact_email),
        service_key_id=_checked_key(service_key_id),
    )
    endpoint.save()
    shown = _add_secret(endpoint)
    _record(by, "registered", endpoint, event_types=endpoint.event_types)
    return endpoint, shown


@transaction.atomic
def change_endpoint(
    *,
    by: audit.Actor | None,
    endpoint_id: uuid.UUID,
    name: str | None = None,
    url: str | None = None,
    event_types: Sequence[str] | None = None,
    contact_email: str | None = None,
    expected: Collection[str] | None = None,
) -> WebhookEndpoint:
    """Change what an endpoint is called, where it is, what it wants and whom to write to; None leaves things be.

    Another address is a new beginning: it is not only probed any more. What it is already is no change. Raises as
    registering does, and `EndpointChangedMeanwhile` if ``expected`` names versions, none of them the present one.
    """
    endpoint = queries.lock_endpoint(endpoint_id)
    before = endpoint.version
    if expected is not None and before not in expected:
        raise EndpointChangedMeanwhile("The endpoint has changed since. Read it again.")
    moved = url is not None and endpoint.url != url
    if name is not None:
        endpoint.name = _checked_name(name)
    if url is not None:
        endpoint.url = _checked_url(url)
    if event_types is not None:
        endpoint.event_types = _checked_types(event_types)
    if contact_email is not None:
        endpoint.contact_email = _checked_contact(contact_email)
    if endpoint.version == before:
        return endpoint
    endpoint.save()
    if moved:
        health.recover(endpoint, now=timezone.now())
    _record(by, "changed", endpoint, event_types=endpoint.event_types)
    return endpoint


@transaction.atomic
def rotate(*, by: audit.Actor | None, endpoint_id: uuid.UUID, now: dt.datetime) -> str:
    """Give an endpoint a new secret and return it, or our new public key; the one before signs too for 24 hours.

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
    now: dt.datetime,
    reason: DisabledReason = DisabledReason.STAFF,
) -> WebhookEndpoint:
    """Tell an endpoint nothing more; what is pending dies at its next try. Doing so twice changes nothing."""
    endpoint = queries.lock_endpoint(endpoint_id)
    if endpoint.active:
        health.switch_off(endpoint, by=by, reason=reason, now=now)
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
    """Store a new secret; return what its owner needs of it."""
    if endpoint.scheme == SignatureScheme.ED25519:
        secret = signing.new_private_key()
        shown = signing.public_key(secret)
    else:
        secret = shown = signing.encode_secret(secrets.token_bytes(SECRET_BYTES))
    sealed = sealing.seal(secret, key=settings.WEBHOOK_ENCRYPTION_KEY, purpose=queries.SECRETS)
    WebhookSecret.objects.create(endpoint=endpoint, sealed=sealed)
    return shown


def _checked_name(name: str) -> str:
    name = name.strip()
    # A line break could not stand in the subject of the letter to its owner.
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise EndpointInvalid(
            "An endpoint needs a name of 1 to 120 printable characters.", details={"field": "name"}
        )
    return name


def _checked_url(url: str) -> str:
    read_destination(url)
    return url


def _checked_types(event_types: Sequence[str]) -> list[str]:
    unknown = sorted(set(event_types) - set(EventType.wanted()))
    if unknown or not event_types:
        raise EndpointInvalid(
            f"Choose from {', '.join(EventType.wanted())}.",
            details={"field": "event_types", "unknown": unknown},
        )
    return sorted(set(event_types))


def _checked_scheme(scheme: str) -> str:
    if scheme not in SignatureScheme.values:
        raise EndpointInvalid(
            f"Choose from {', '.join(SignatureScheme.values)}.", details={"field": "scheme"}
        )
    return scheme


def _checked_contact(address: str) -> str:
    address = address.strip()
    try:
        if address:
            validate_email(address)
            MaxLengthValidator(LONGEST_CONTACT)(address)
    except ValidationError as error:
        raise EndpointInvalid(
            "The contact is no e-mail address.", details={"field": "contact_email"}
        ) from error
    return address


def _checked_key(service_key_id: uuid.UUID | None) -> uuid.UUID | None:
    if service_key_id is None:
        return None
    if not ServiceKey.objects.filter(pk=service_key_id, revoked_at__isnull=True).exists():
        raise EndpointInvalid(
            "There is no such service key, or it is revoked.", details={"field": "service_key"}
        )
    return service_key_id


def _record(by: audit.Actor | None, deed: str, endpoint: WebhookEndpoint, **facts: object) -> None:
    audit.record(
        by=by,
        action=f"webhook_endpoint.{deed}",
        resource_type="webhook_endpoint",
        resource_id=endpoint.pk,
        metadata=facts,
    )
