"""Keeping secrets unreadable in the database, yet usable: AES-256-GCM, under a key derived for each purpose."""

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Names the way of sealing, so that another can follow. What begins otherwise was sealed by Fernet, before this one.
MARK: Final = "2."
NONCE_BYTES: Final = 12


class SealBroken(ValueError):
    """The text was sealed with another key or for another purpose, or has been changed since."""


def seal(secret: str, *, key: str, purpose: str) -> str:
    """Return ``secret`` encrypted under a key derived (HKDF-SHA256, RFC 5869) from the text ``key``.

    What is sealed for one ``purpose`` cannot be unsealed for another.
    """
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_derived(key, f"{purpose} aes-256-gcm")).encrypt(nonce, secret.encode(), None)
    return MARK + base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal(sealed: str, *, key: str, purpose: str, former: Sequence[str] = ()) -> str:
    """Return what :func:`seal` was given, or raise :class:`SealBroken`.

    ``former`` keys are tried in their order when ``key`` did not seal it.
    """
    for tried in (key, *former):
        with suppress(SealBroken):
            return _unsealed(sealed, tried, purpose)
    raise SealBroken("the secret was sealed with another key")


def _unsealed(sealed: str, key: str, purpose: str) -> str:
    try:
        if not sealed.startswith(MARK):
            fernet = Fernet(base64.urlsafe_b64encode(_derived(key, purpose)))
            return fernet.decrypt(sealed.encode()).decode()
        raw = base64.urlsafe_b64decode(sealed.removeprefix(MARK))
        opened = AESGCM(_derived(key, f"{purpose} aes-256-gcm")).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], None
        )
        return opened.decode()
    except (InvalidToken, InvalidTag, ValueError) as error:
        raise SealBroken("the secret was sealed with another key") from error


@lru_cache(maxsize=16)
def _derived(key: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(key.encode())
