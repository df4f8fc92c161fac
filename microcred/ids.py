"""Time-ordered identifiers."""

import datetime as dt
import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Made here and not in the database so that PostgreSQL 16 and 17, which lack ``uuidv7()``, work too.
    """
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=value)


def first_uuid7(since: dt.datetime) -> uuid.UUID:
    """Return what every id that was made at ``since`` or later is greater than, to find young rows by their key."""
    return uuid.UUID(int=(int(since.timestamp() * 1000) << 80) | 0x7 << 76)
