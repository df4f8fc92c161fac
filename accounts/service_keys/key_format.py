"""How a service key is written.

``mc_<environment>_<id>_<secret>_<checksum>``: the id (32 hexadecimal digits) finds the stored secret, the secret
is 43 letters and digits (256 random bits), the checksum the CRC-32 of everything before it (8 hexadecimal
digits). Scanners of leaked secrets find keys by the prefix and judge by the checksum whether one is whole; here
the checksum spares a look into the database for what cannot be a key.
"""

import hashlib
import hmac
import re
import secrets
import string
import uuid
import zlib
from dataclasses import dataclass

_ALPHABET = string.ascii_letters + string.digits
_SECRET_LENGTH = 43
_PURPOSE = b"microcred.service-key.1:"
_KEY = re.compile(
    r"(?P<signed>mc_(?P<environment>[a-z]{1,16})_(?P<id>[0-9a-f]{32})_(?P<secret>[0-9A-Za-z]{43}))"
    r"_(?P<checksum>[0-9a-f]{8})",
    re.ASCII,
)


@dataclass(frozen=True)
class Parts:
    """The two parts of a key that are looked up and compared."""

    secret_id: uuid.UUID
    secret: str


def new_secret() -> str:
    """Return 43 random letters and digits: log2(62^43) is 256 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))


def compose(parts: Parts, *, environment: str) -> str:
    """Write a key down."""
    signed = f"mc_{environment}_{parts.secret_id.hex}_{parts.secret}"
    return f"{signed}_{_checksum(signed)}"


def parse(text: str, *, environment: str) -> Parts | None:
    """Read a key; None for what is none, is not whole, or belongs to another environment."""
    found = _KEY.fullmatch(text)
    if (
        found is None
        or found["environment"] != environment
        or found["checksum"] != _checksum(found["signed"])
    ):
        return None
    return Parts(uuid.UUID(found["id"]), found["secret"])


def digest(secret: str, *, hash_key: str) -> str:
    """Return what is stored of a secret: its HMAC-SHA-256 under ``hash_key``, in hexadecimal.

    The secret has 256 random bits, so that a fast hash does; the key keeps the digests of a stolen table from
    being checked against anything.
    """
    return hmac.new(hash_key.encode(), _PURPOSE + secret.encode(), hashlib.sha256).hexdigest()


def _checksum(signed: str) -> str:
    return f"{zlib.crc32(signed.encode()):08x}"
