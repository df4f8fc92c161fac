"""Who holds a service key."""

import datetime as dt
import hmac
import uuid
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db.models import Q

from accounts.enums import Scope
from accounts.models import ServiceKeySecret
from accounts.policy import PROGRAM
from accounts.service_keys.key_format import digest, parse
from microcred.errors import Unauthorized

NOTE_USE_EVERY = dt.timedelta(minutes=1)
_NOBODYS_DIGEST = "0" * 64


class KeyRefused(Unauthorized):
    """The key is not one of ours, has expired or was revoked; the answer does not say which."""

    default_code = "API_KEY_401"


@dataclass(frozen=True)
class KeyHolder:
    """A program that proved itself with a service key; ``request.user`` where keys are read.

    ``pk`` is the id of the key as a whole, which stays when its secret is changed. ``requests_per_minute`` is
    the program's own allowance, None for the one of all service keys.
    """

    role: ClassVar[str] = PROGRAM
    is_authenticated: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_active: ClassVar[bool] = True

    pk: uuid.UUID
    name: str
    scopes: frozenset[Scope]
    expires_at: dt.datetime
    requests_per_minute: int | None = None


def holder_of(text: str, *, now: dt.datetime) -> KeyHolder:
    """Return who holds this key, and note its use unless that was noted less than a minute ago.

    Raises:
        KeyRefused: if it lets nobody in.
    """
    parts = parse(text, environment=settings.ENVIRONMENT)
    if parts is None:
        raise KeyRefused("The API key is not valid.")
    stored = ServiceKeySecret.objects.select_related("key").filter(pk=parts.secret_id).first()
    if not _fits(parts.secret, stored.digest if stored else _NOBODYS_DIGEST) or stored is None:
        raise KeyRefused("The API key is not valid.")
    if stored.key.revoked_at is not None or stored.expires_at <= now:
        raise KeyRefused("The API key is not valid.")
    _note_use(stored, now)
    return KeyHolder(
        pk=stored.key.pk,
        name=stored.key.name,
        scopes=frozenset(Scope(scope) for scope in stored.key.scopes),
        expires_at=stored.expires_at,
        requests_per_minute=stored.key.requests_per_minute,
    )


def _fits(secret: str, stored: str) -> bool:
    """Whether the secret has this digest under the present key or a former one."""
    keys = settings.SERVICE_KEY_HASH_KEY, *settings.SERVICE_KEY_FORMER_HASH_KEYS
    return any(hmac.compare_digest(digest(secret, hash_key=key), stored) for key in keys)


def _note_use(stored: ServiceKeySecret, now: dt.datetime) -> None:
    before = now - NOTE_USE_EVERY
    if stored.last_used_at is None or stored.last_used_at <= before:
        due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
        ServiceKeySecret.objects.filter(due, pk=stored.pk).update(last_used_at=now)
