"""Signatures as in the Standard Webhooks specification: schemes v1 (HMAC-SHA256) and v1a (Ed25519).

Signed is ``{id}.{timestamp}.{body}``; the header holds one ``v1,<base64>`` a secret, or ``v1a,<base64>`` a private
key, separated by spaces, so that a receiver may hold either while one replaces the other.
Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the public beginning of every secret
SHORTEST_SECRET: Final = 24
LONGEST_SECRET: Final = 64
KEY_BYTES: Final = 32  # of an Ed25519 key, either half (RFC 8032, section 5.1.5)
TOLERANCE_SECONDS: Final = 300
# Two secrets while one replaces the other, in two schemes, twice over; whoever sends more means to keep us busy.
MOST_SIGNATURES: Final = 8
LONGEST_SIGNATURES: Final = 1024
SCHEME: Final = "v1"
PRIVATE_PREFIX: Final = "whsk_"
PUBLIC_PREFIX: Final = "whpk_"
ASYMMETRIC_SCHEME: Final = "v1a"


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
    return " ".join(_entry(message, secret) for secret in secrets)


def new_private_key() -> str:
    """Return a new Ed25519 private key in the form in which it is kept."""
    seed = Ed25519PrivateKey.generate().private_bytes_raw()
    return PRIVATE_PREFIX + base64.b64encode(seed).decode("ascii")


def public_key(private_key: str) -> str:
    """Return the public half of a private key, for the receiver."""
    return PUBLIC_PREFIX + base64.b64encode(_private(private_key).public_key().public_bytes_raw()).decode(
        "ascii"
    )


def headers(message: Message, secrets: Sequence[str]) -> dict[str, str]:
    """Return the three headers that go with a message."""
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(message.timestamp),
        "webhook-signature": sign(message, secrets),
    }


def verify(*, headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: int) -> Message:
    """Return the message if one of its signatures fits one of the secrets and its time is within 300 s.

    A secret is a shared one (``whsec_``) or the sender's public key (``whpk_``). ``headers`` may be spelt in any
    case; ``now`` is in Unix seconds.

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
    offered = given.split(" ") if len(given) <= LONGEST_SIGNATURES else []
    if len(offered) > MOST_SIGNATURES or not any(_fits(message, offered, secret) for secret in secrets):
        raise SignatureInvalid("no signature fits")
    return message


def _entry(message: Message, secret: str) -> str:
    if secret.startswith(PRIVATE_PREFIX):
        signature = _private(secret).sign(_signed(message))
        return f"{ASYMMETRIC_SCHEME},{base64.b64encode(signature).decode('ascii')}"
    return f"{SCHEME},{_signature(message, secret)}"


def _fits(message: Message, offered: Sequence[str], secret: str) -> bool:
    """Whether one of the signatures is this secret's; the body is gone through once."""
    if secret.startswith(PUBLIC_PREFIX):
        return any(_is_signed(message, entry, secret) for entry in offered)
    expected = f"{SCHEME},{_signature(message, secret)}".encode()
    return any(hmac.compare_digest(expected, entry.encode()) for entry in offered)


def _is_signed(message: Message, entry: str, public: str) -> bool:
    scheme, _, signature = entry.partition(",")
    if scheme != ASYMMETRIC_SCHEME:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(_key_bytes(public, PUBLIC_PREFIX))
        key.verify(base64.b64decode(signature, validate=True), _signed(message))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _private(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_key_bytes(text, PRIVATE_PREFIX))


def _key_bytes(text: str, prefix: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(prefix), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretInvalid("a key is base64 text") from error
    if len(key) != KEY_BYTES:
        raise SecretInvalid(f"an Ed25519 key has {KEY_BYTES} bytes, not {len(key)}")
    return key


def _signed(message: Message) -> bytes:
    return f"{message.id}.{message.timestamp}.".encode() + message.body


def _signature(message: Message, secret: str) -> str:
    digest = hmac.new(decode_secret(secret), _signed(message), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")
