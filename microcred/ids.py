"""Time-ordered identifiers."""

import datetime as dt
import os
import re
import threading
import time
import uuid
from functools import lru_cache
from typing import Final

# Two ids of a process are at least this far apart: the least step that 12 bits of a millisecond can show.
_STEP_NS: Final = 1_000_000 // 4096 + 1
# A clock that was set back by more than this is followed; the ids of a process step back with it, once.
_FOLLOWED_NS: Final = 1_000_000_000
# Whatever else is given as the id of a request might say something else to a log.
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")

_lock = threading.Lock()
_latest_ns = 0


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562, sections 5.7 and 6.2, methods 3 and 1).

    48 bits of Unix milliseconds, 12 bits of the fraction of the millisecond, 62 random bits. Ids that one process makes
    ascend, so rows that are made together keep their order. Made here and not in the database so that PostgreSQL 16
    and 17, which lack ``uuidv7()``, work too.
    """
    milliseconds, rest = divmod(_ascending_ns(), 1_000_000)
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= (rest * 4096 // 1_000_000) << 64
    value |= 0b10 << 62
    value |= int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=value)


def _ascending_ns() -> int:
    global _latest_ns
    with _lock:
        now = time.time_ns()
        behind = _latest_ns + _STEP_NS - now
        _latest_ns = now + behind if 0 < behind < _FOLLOWED_NS else now
        return _latest_ns


def uuid7_lower_bound(since: dt.datetime) -> uuid.UUID:
    """Return what every id that was made at ``since`` or later is greater than, to find young rows by their key."""
    return uuid.UUID(int=(int(since.timestamp() * 1000) << 80) | 0x7 << 76)


def request_id(given: str) -> str:
    """Return the id of a request: the one that came with it where that is well-formed, or a new one."""
    return given if _REQUEST_ID.fullmatch(given) else str(uuid7())


@lru_cache(maxsize=8192)
def uuid_text(key: uuid.UUID) -> str:
    """Return an id as text; for ids that are written again and again, such as those of the catalog's passages."""
    return str(key)
