"""The key that we prove ourselves with to platforms: its public half is published, the private one kept sealed."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.db.models import Q
from jwt.algorithms import RSAAlgorithm

from microcred import sealing
from microcred.errors import Missing
from microcred.pipelining import Statement
from partners.lti.models import LtiKey

PURPOSE: Final = "microcred lti keys v1"
BITS: Final = 2048
# Platforms keep what was published for some minutes, or hours.
SHOWN_FOR: Final = dt.timedelta(days=1)
ALGORITHM: Final = "RS256"
# Of two who make a key at once the second sees the first's.
_TURN: Final = Statement("SELECT pg_advisory_xact_lock(hashtextextended('partners.lti.keys', 0))")


class KeyMissing(Missing):
    """No platform was ever registered."""

    default_code = "LTI_404"


def ensure(*, now: dt.datetime) -> None:
    """Make the first key, as part of the caller's transaction."""
    _TURN.rows()
    if not LtiKey.objects.filter(current=True).exists():
        _make(now)


def replace(*, now: dt.datetime) -> LtiKey:
    """Make another key the current one, as part of the caller's transaction, and return it."""
    _TURN.rows()
    LtiKey.objects.filter(current=True).update(current=False, ends_at=now + SHOWN_FOR)
    return _make(now)


def signing() -> tuple[str, str]:
    """Return the name of the current key and its private half, as PEM.

    Raises:
        KeyMissing: if there is none.
    """
    key = LtiKey.objects.filter(current=True).first()
    if key is None:
        raise KeyMissing("There is no key.")
    return key.pk.hex, _opened(key)


def published(*, now: dt.datetime) -> Sequence[dict[str, Any]]:
    """Return the public halves of the keys that platforms may still be shown, the newest first (RFC 7517)."""
    shown = LtiKey.objects.filter(Q(current=True) | Q(ends_at__gt=now)).order_by("-created_at")
    return [_public(key) for key in shown]


def _public(key: LtiKey) -> dict[str, Any]:
    private = RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(_opened(key))
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("the key has no private half")
    halves = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {
        "kty": "RSA", "n": halves["n"], "e": halves["e"], "kid": key.pk.hex, "use": "sig", "alg": ALGORITHM
    }  # fmt: skip


def _make(now: dt.datetime) -> LtiKey:
    private = rsa.generate_private_key(65537, BITS)
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    sealed = sealing.seal(text, key=settings.WEBHOOK_ENCRYPTION_KEY, purpose=PURPOSE)
    return LtiKey.objects.create(sealed=sealed, current=True, created_at=now)


def _opened(key: LtiKey) -> str:
    return sealing.unseal(
        key.sealed,
        key=settings.WEBHOOK_ENCRYPTION_KEY,
        former=settings.WEBHOOK_DECRYPTION_KEYS,
        purpose=PURPOSE,
    )
