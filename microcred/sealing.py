"""Keeping secrets unreadable in the database, yet usable: Fernet (AES-128-CBC with HMAC-SHA256)."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBroken(ValueError):
    """The text was sealed with another key or for another purpose, or has been changed since."""


def seal(secret: str, *, key: str, purpose: str) -> str:
    """Return ``secret`` encrypted under a key derived (HKDF-SHA256, RFC 5869) from the text ``key``.

    What is sealed for one ``purpose`` cannot be unsealed for another.
    """
    return _fernet(key, purpose).encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str, *, key: str, purpose: str) -> str:
    """Return what :func:`seal` was given, or raise :class:`SealBroken`."""
    try:
        return _fernet(key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("the secret was sealed with another key") from error


@lru_cache(maxsize=8)
def _fernet(key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
