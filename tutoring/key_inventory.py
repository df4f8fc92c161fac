"""How old the secrets of tutoring systems are."""

import datetime as dt
from collections.abc import Iterable

from accounts.key_inventory import IssuedKey
from tutoring.models import TutoringSecret


def source_secrets(*, now: dt.datetime) -> Iterable[IssuedKey]:
    """Yield the secrets by which messages of tutoring systems are taken."""
    secrets = TutoringSecret.objects.filter(expires_at__isnull=True, source__active=True)
    for secret in secrets.select_related("source"):
        yield IssuedKey("tutoring secret", secret.source.name, secret.created_at)
