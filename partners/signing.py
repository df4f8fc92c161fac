"""Signatures as in the Standard Webhooks specification, scheme v1 (HMAC-SHA256).

Signed is ``{id}.{timestamp}.{body}``; the header holds one ``v1,<base64>`` a secret, separated by spaces, so
that a receiver may hold either secret while one replaces the other.
Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the public beginning of every secret
SHORTEST_SECRET: Final = 24
LONGEST_SECRET: Final = 64
TOLERANCE_SECONDS: Final = 300
SCHEME: Final = "v1"


class SecretInvalid(ValueError):
    """The text is no secret of 24 to 64 bytes in base64."""


class SignatureInvalid(ValueError):
    """The message was not signed with any of the secrets, or not lately."""


@dataclass(frozen=True)
class Message:
    """What is signed: an id that stays for life, the Unix second of this try, and the body as sent."""

    id: str
    timestamp: int
    body: bytes


def encode_secret(key: bytes) -> str:
    """Return a key of 24 to 64 bytes in the form in which partners keep it."""
    if not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise SecretInvalid(f"a secret has {SHORTEST_SECRET} to {LONGEST_SECRET} bytes, not {len(key)}")
    return SECRET_PREFIX + base64.b64encode(key).decode("ascii")


def decode_secret(secret: str) -> bytes:
    """Return the key of a secret; the prefix and the padding of the base64 may be left out."""
    text = secret.removeprefix(SECRET_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretInvalid("a secret is base64 text") from error
    if not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise SecretInvalid(f"a secret has {SHORTEST_SECRET} to {LONGEST_SECRET} bytes, not {len(key)}")
    return key


def sign(message: Message, secrets: Sequence[str]) -> str:
    """Return the value of the ``webhook-signature`` header, one signature for each secret in order."""
    if not secrets:
        raise SecretInvalid("a message cannot be signed without a secret")
    return " ".join(f"{SCHEME},{_signature(message, secret)}" for secret in secrets)


def headers(message: Message, secrets: Sequence[str]) -> dict[str, str]:
    """Return the three headers that go with a message."""
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(message.timestamp),
        "webhook-signature": sign(message, secrets),
    }


def verify(*, headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: int) -> Message:
    """Return the message if one of its signatures fits one of the secrets and its time is within 300 s.

    ``headers`` may be spelt in any case; ``now`` is in Unix seconds.

    Raises:
        SignatureInvalid: whatever is wrong with the message; it says no more than a sender may know.
        SecretInvalid: if a secret is none.
    """
    named = {name.lower(): value for name, value in headers.items()}
    message_id, written, given = (
        named.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature")
    )
    if not (message_id and given and written.isascii() and written.isdigit() and len(written) <= 12):
        raise SignatureInvalid("the headers are missing or malformed")
    message = Message(message_id, int(written), body)
    if abs(message.timestamp - now) > TOLERANCE_SECONDS:
        raise SignatureInvalid("the message is too old or too new")
    expected = [f"{SCHEME},{_signature(message, secret)}".encode() for secret in secrets]
    offered = [entry.encode() for entry in given.split(" ")]
    if not any(hmac.compare_digest(one, other) for one in expected for other in offered):
        raise SignatureInvalid("no signature fits")
    return message


def _signature(message: Message, secret: str) -> str:
    signed = f"{message.id}.{message.timestamp}.".encode() + message.body
    digest = hmac.new(decode_secret(secret), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
