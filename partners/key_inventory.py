"""How old the secrets of endpoints are, and the key that courses are shown."""

import datetime as dt
from collections.abc import Iterable

from accounts.key_inventory import IssuedKey
from partners.models import LtiKey, WebhookSecret


def endpoint_secrets(*, now: dt.datetime) -> Iterable[IssuedKey]:
    """Yield the secrets that sign what is sent to endpoints that are switched on."""
    secrets = WebhookSecret.objects.filter(expires_at__isnull=True, endpoint__active=True)
    for secret in secrets.select_related("endpoint"):
        yield IssuedKey("webhook secret", secret.endpoint.name, secret.created_at)


def course_keys(*, now: dt.datetime) -> Iterable[IssuedKey]:
    """Yield the key that we prove ourselves with to learning platforms."""
    for key in LtiKey.objects.filter(current=True):
        yield IssuedKey("key for learning platforms", "all of them", key.created_at)
