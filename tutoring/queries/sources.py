"""Tutoring systems and the secrets that they sign with."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db.models import Q

from microcred import sealing
from microcred.errors import Missing
from tutoring.models import TutoringSecret, TutoringSource

SECRETS: Final = "microcred tutoring secrets v1"  # what they are sealed for


class SourceMissing(Missing):
    """There is no such tutoring system."""

    default_code = "TUTORING_SOURCE_404"


def sources() -> Sequence[TutoringSource]:
    """Return every tutoring system, by name."""
    return list(TutoringSource.objects.order_by("name"))


def source_named(name: str) -> TutoringSource:
    """Return a tutoring system by its name. Raises SourceMissing."""
    found = TutoringSource.objects.filter(name=name.strip()).first()
    if found is None:
        raise SourceMissing("There is no such tutoring system.")
    return found


def lock_source(source_id: uuid.UUID) -> TutoringSource:
    """Return a tutoring system, locked against other changes of it. Raises SourceMissing."""
    found = TutoringSource.objects.select_for_update(no_key=True).filter(pk=source_id).first()
    if found is None:
        raise SourceMissing("There is no such tutoring system.")
    return found


def live_secrets(source_id: uuid.UUID, *, now: dt.datetime) -> tuple[str, ...]:
    """Return the secrets by which messages of an active tutoring system are known now, the newest first."""
    rows = TutoringSecret.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now), source=source_id, source__active=True
    )
    key, former = settings.WEBHOOK_ENCRYPTION_KEY, settings.WEBHOOK_DECRYPTION_KEYS
    sealed = rows.order_by("-pk").values_list("sealed", flat=True)
    return tuple(sealing.unseal(one, key=key, former=former, purpose=SECRETS) for one in sealed)
