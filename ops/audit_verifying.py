"""Is the audit trail as it was written."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import connection

from microcred.errors import Invalid
from ops.audit_chain import FIRST, Broken, Chain, Entry

log = structlog.get_logger(__name__)

BATCH: Final = 2000
_ANCHOR: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_MARK: Final = re.compile(r"audit:(\d{1,18}:[0-9a-f]{64})")
_ROWS: Final = """
SELECT l.sequence, l.previous, l.digest, l.audit_id::text, a.id::text, a.actor_id::text, a.actor_role, a.action,
    a.resource_type, a.resource_id::text, to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    a.metadata::text
FROM audit_links l LEFT JOIN audit_logs a ON a.id = l.audit_id
WHERE l.sequence > %s ORDER BY l.sequence LIMIT %s
"""
_UNLINKED: Final = """
SELECT coalesce(a.id, l.audit_id)::text FROM audit_logs a FULL JOIN audit_links l ON l.audit_id = a.id
WHERE l.sequence IS NULL ORDER BY a.created_at, 1 LIMIT 1
"""
_HEAD: Final = (
    "SELECT sequence, digest FROM audit_links WHERE sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1"
)


class AnchorUnreadable(Invalid):
    """An anchor is a number, a colon and a hash of 64 hexadecimal digits."""

    default_code = "ANCHOR_400"


@dataclass(frozen=True, slots=True)
class Verified:
    """How many rows follow each other from the first on, the head they lead to, and where they stop doing so."""

    rows: int
    head: str
    broken: Broken | None


def read_anchors(said: list[str]) -> dict[int, str]:
    """Return the digests that rows must have, by place.

    Raises:
        AnchorUnreadable: for what is no NUMBER:HASH.
    """
    found = {}
    for anchor in said:
        read = _ANCHOR.fullmatch(anchor)
        if read is None:
            raise AnchorUnreadable(f"“{anchor}” is no anchor; an anchor is NUMBER:HASH.")
        found[int(read[1])] = read[2]
    return {place: digest for place, digest in found.items() if place}


def anchors_in(text: str) -> list[str]:
    """Return the anchors that a log holds."""
    return _MARK.findall(text)


def verify(
    *, anchors: Mapping[int, str] | None = None, progress: Callable[[int], None] | None = None
) -> Verified:
    """Go through the trail, the oldest row first, up to the first that is not as it was written."""
    chain = Chain(dict(anchors or {}))
    broken = None
    for entry in _entries(progress):
        broken = chain.follow(entry)
        if broken:
            break
    broken = broken or _unlinked() or chain.cut_off()
    return Verified(chain.length, f"{chain.length}:{chain.head}", broken)


def head() -> str:
    """Return place and digest of the newest row, NUMBER:HASH; 0 and zeros for an empty trail."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        row = cursor.fetchone()
    return f"{row[0]}:{row[1]}" if row else f"0:{FIRST}"


def anchor(*, now: Any) -> dict[str, str]:
    """Write the head of the chain into the log, which is kept outside of this database."""
    found = head()
    log.info("audit_anchored", anchor=f"audit:{found}")
    return {"head": found}


def _entries(progress: Callable[[int], None] | None) -> Iterator[Entry]:
    last = -(2**63)
    while rows := _after(last):
        for row in rows:
            yield _entry(row)
        last = rows[-1][0]
        if progress:
            progress(last)


def _after(sequence: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [sequence, BATCH])
        return list(cursor.fetchall())


def _entry(row: Any) -> Entry:
    sequence, previous, digest, audit_id, *values, facts = row
    return Entry(sequence, previous, digest, audit_id, tuple(values) if values[0] else None, facts or "")


def _unlinked() -> Broken | None:
    with connection.cursor() as cursor:
        cursor.execute(_UNLINKED)
        row = cursor.fetchone()
    return Broken(None, row[0], "it is in no place of the chain") if row else None
