"""Keeping webhook secrets unreadable in the database, yet usable: Fernet (AES-128-CBC with HMAC-SHA256)."""

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PURPOSE: Final = b"microcred webhook secrets v1"


class SealBroken(ValueError):
    """The text was sealed with another key, or has been changed since."""


def seal(secret: str, *, key: str) -> str:
    """Return ``secret`` encrypted under a key derived (HKDF-SHA256, RFC 5869) from the text ``key``."""
    return _fernet(key).encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str, *, key: str) -> str:
    """Return what :func:`seal` was given, or raise :class:`SealBroken`."""
    try:
        return _fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("the secret was sealed with another key") from error


@lru_cache(maxsize=4)
def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
