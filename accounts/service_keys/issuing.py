"""Making, changing over and revoking service keys."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.enums import Scope
from accounts.models import ServiceKey, ServiceKeySecret
from accounts.service_keys.key_format import Parts, compose, digest, new_secret
from microcred.errors import Conflict, Invalid, Missing
from microcred.ids import uuid7
from ops import audit

LIFE: Final = dt.timedelta(days=365)
LONGEST_LIFE: Final = dt.timedelta(days=730)
OVERLAP: Final = dt.timedelta(days=7)
LONGEST_OVERLAP: Final = dt.timedelta(days=90)
LONGEST_NAME: Final = 120
MOST_PER_MINUTE: Final = 1_000_000


class KeyInvalid(Invalid):
    """A key cannot be made like this."""

    default_code = "SERVICE_KEY_400"


class KeyRevoked(Conflict):
    """The key is revoked, which is for good."""

    default_code = "SERVICE_KEY_409"


class TwoSecretsLive(Conflict):
    """The key is being changed over already; a third secret would be one too many to keep an eye on."""

    default_code = "SERVICE_KEY_409"


@transaction.atomic
def create(
    *,
    by: audit.Actor | None,
    name: str,
    scopes: Sequence[str],
    now: dt.datetime,
    life: dt.timedelta = LIFE,
    requests_per_minute: int | None = None,
) -> tuple[ServiceKey, str]:
    """Make a key; return it with its text, which cannot be read again afterwards.

    Raises:
        KeyInvalid: for an empty or long name, no or unknown scopes, a life of no or more than 730 days, or
            an allowance below 1 or above 1,000,000.
    """
    if requests_per_minute is not None and not 1 <= requests_per_minute <= MOST_PER_MINUTE:
        raise KeyInvalid(
            f"An allowance is 1 to {MOST_PER_MINUTE:,} requests a minute.",
            details={"field": "requests_per_minute"},
        )
    key = ServiceKey.objects.create(
        name=_checked_name(name), scopes=_checked_scopes(scopes), requests_per_minute=requests_per_minute
    )
    secret, text = _add_secret(key, expires_at=now + _checked_life(life))
    _record(by, "created", key, scopes=key.scopes, secret_id=str(secret.pk))
    return key, text


@transaction.atomic
def rotate(
    *,
    by: audit.Actor | None,
    key_id: uuid.UUID,
    now: dt.datetime,
    overlap: dt.timedelta = OVERLAP,
    life: dt.timedelta = LIFE,
) -> str:
    """Give a key another secret and return the new text; the present one works for ``overlap`` more.

    An overlap of nothing ends every other secret at once, as one does with a key that has leaked.

    Raises:
        Missing: if there is no such key.
        KeyRevoked: if it is revoked.
        TwoSecretsLive: if the last change-over has not ended, unless there shall be no overlap.
        KeyInvalid: for an overlap below 0 or above 90 days, or an impossible life.
    """
    if not dt.timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise KeyInvalid("An overlap lasts 0 to 90 days.", details={"field": "overlap"})
    key = _locked(key_id)
    if key.revoked_at is not None:
        raise KeyRevoked("This key is revoked; make another one.")
    live = key.secrets.filter(expires_at__gt=now)
    if overlap and live.filter(replaced_at__isnull=False).exists():
        raise TwoSecretsLive(
            "Two secrets of this key are live; wait for the older to end, or rotate without overlap."
        )
    # An end only ever comes earlier.
    live.filter(expires_at__gt=now + overlap).update(expires_at=now + overlap)
    key.secrets.filter(replaced_at__isnull=True).update(replaced_at=now)
    secret, text = _add_secret(key, expires_at=now + _checked_life(life))
    _record(by, "rotated", key, secret_id=str(secret.pk), overlap_seconds=int(overlap.total_seconds()))
    return text


@transaction.atomic
def revoke(*, by: audit.Actor | None, key_id: uuid.UUID, now: dt.datetime) -> ServiceKey:
    """Shut a program out at once and for good; doing it again changes nothing.

    Raises:
        Missing: if there is no such key.
    """
    key = _locked(key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        _record(by, "revoked", key)
    return key


def _locked(key_id: uuid.UUID) -> ServiceKey:
    key = ServiceKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise Missing("There is no such service key.")
    return key


def _add_secret(key: ServiceKey, *, expires_at: dt.datetime) -> tuple[ServiceKeySecret, str]:
    parts = Parts(uuid7(), new_secret())
    secret = ServiceKeySecret.objects.create(
        pk=parts.secret_id,
        key=key,
        digest=digest(parts.secret, hash_key=settings.SERVICE_KEY_HASH_KEY),
        expires_at=expires_at,
    )
    return secret, compose(parts, environment=settings.ENVIRONMENT)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise KeyInvalid("A key needs a name of 1 to 120 printable characters.", details={"field": "name"})
    return name


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise KeyInvalid(
            f"Choose from {', '.join(Scope.values)}.", details={"field": "scopes", "unknown": unknown}
        )
    return sorted(set(scopes))


def _checked_life(life: dt.timedelta) -> dt.timedelta:
    if not dt.timedelta(0) < life <= LONGEST_LIFE:
        raise KeyInvalid("A secret lives 1 to 730 days.", details={"field": "days"})
    return life


def _record(by: audit.Actor | None, deed: str, key: ServiceKey, **facts: object) -> None:
    audit.record(
        by=by,
        action=f"service_key.{deed}",
        resource_type="service_key",
        resource_id=key.pk,
        metadata=facts,
    )
