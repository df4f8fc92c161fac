"""Addresses that prove by themselves whom they were sent to: an id, and a mark under the key of the installation.

Nothing of it is stored, so that every letter has the same address for stopping, and no table has what opens it.
"""

import base64
import uuid
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from microcred.errors import Missing

_BYTES: Final = 16


class LinkMissing(Missing):
    """Nobody here has made such a link, or what it was made for is gone."""

    default_code = "LINK_404"


class MarkedFor(StrEnum):
    """What an address is for; none of them opens another."""

    STOP = "nudges.stop"
    CLICK = "nudges.click"


def signed_token(row_id: uuid.UUID, purpose: MarkedFor) -> str:
    """Return the token of a row: 44 characters that are safe in an address, 128 bits of them a mark."""
    return f"{_written(row_id.bytes)}{_mark(row_id, purpose, settings.SECRET_KEY)}"


def verified_id(token: str, purpose: MarkedFor) -> uuid.UUID | None:
    """Return the id that a token was made for, None where nobody here has made it for this purpose."""
    half = len(token) // 2
    try:
        row_id = uuid.UUID(bytes=base64.urlsafe_b64decode(f"{token[:half]}=="))
    except ValueError:
        return None
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_ours = any(constant_time_compare(token[half:], _mark(row_id, purpose, key)) for key in keys)
    return row_id if is_ours else None


def _mark(row_id: uuid.UUID, purpose: MarkedFor, key: str | bytes) -> str:
    digest = salted_hmac(purpose.value, str(row_id), secret=key, algorithm="sha256").digest()
    return _written(digest[:_BYTES])


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
