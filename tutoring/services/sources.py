"""Letting tutoring systems tell of sessions."""

import datetime as dt
import secrets
import uuid
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from microcred import sealing
from microcred.errors import Conflict, Invalid
from ops import audit
from partners.signing import encode_secret
from tutoring import queries
from tutoring.models import LONGEST_NAME, TutoringSecret, TutoringSource

SECRET_BYTES: Final = 32
OVERLAP: Final = dt.timedelta(hours=24)


class SourceInvalid(Invalid):
    """A tutoring system cannot be called like this."""

    default_code = "TUTORING_SOURCE_400"


class SourceKnown(Conflict):
    """There is a tutoring system of this name."""

    default_code = "TUTORING_SOURCE_409"


@transaction.atomic
def add_source(*, by: audit.Actor | None, name: str) -> tuple[TutoringSource, str]:
    """Add a tutoring system; return it with its secret, which cannot be read again afterwards.

    Raises:
        SourceInvalid: if the name is empty, too long or holds what cannot be printed.
        SourceKnown: if another one is called so.
    """
    source, is_new = TutoringSource.objects.get_or_create(name=_checked(name))
    if not is_new:
        raise SourceKnown("There is a tutoring system of this name.", details={"field": "name"})
    secret = _add_secret(source)
    _record(by, "added", source)
    return source, secret


@transaction.atomic
def rename_source(*, by: audit.Actor | None, source_id: uuid.UUID, name: str) -> TutoringSource:
    """Call a tutoring system something else. Raises as adding one does."""
    source, said = queries.lock_source(source_id), _checked(name)
    source.name = said
    try:
        with transaction.atomic():
            source.save(update_fields=["name"])
    except IntegrityError:
        raise SourceKnown("There is a tutoring system of this name.", details={"field": "name"}) from None
    _record(by, "renamed", source)
    return source


def _checked(name: str) -> str:
    said = name.strip()
    if not 1 <= len(said) <= LONGEST_NAME or not said.isprintable():
        raise SourceInvalid(
            f"A tutoring system needs a name of 1 to {LONGEST_NAME} printable characters.",
            details={"field": "name"},
        )
    return said


@transaction.atomic
def rotate(*, by: audit.Actor | None, source_id: uuid.UUID, now: dt.datetime) -> str:
    """Give a tutoring system a new secret and return it; the one before is good too for 24 hours.

    At most two secrets are live: what was left of an earlier overlap ends now.
    """
    source = queries.lock_source(source_id)
    source.secrets.filter(expires_at__gt=now).update(expires_at=now)
    source.secrets.filter(expires_at__isnull=True).update(expires_at=now + OVERLAP)
    secret = _add_secret(source)
    _record(by, "rotated", source)
    return secret


@transaction.atomic
def set_active(*, by: audit.Actor | None, source_id: uuid.UUID, active: bool) -> TutoringSource:
    """Hear a tutoring system, or hear it no more; doing so twice changes nothing."""
    source = queries.lock_source(source_id)
    if source.active != active:
        source.active = active
        source.save(update_fields=["active"])
        _record(by, "reactivated" if active else "deactivated", source)
    return source


def _add_secret(source: TutoringSource) -> str:
    secret = encode_secret(secrets.token_bytes(SECRET_BYTES))
    sealed = sealing.seal(secret, key=settings.WEBHOOK_ENCRYPTION_KEY, purpose=queries.SECRETS)
    TutoringSecret.objects.create(source=source, sealed=sealed)
    return secret


def _record(by: audit.Actor | None, deed: str, source: TutoringSource) -> None:
    audit.record(
        by=by, action=f"tutoring_source.{deed}", resource_type="tutoring_source", resource_id=source.pk, metadata={}
    )  # fmt: skip
