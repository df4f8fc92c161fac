"""The chain of the audit trail, worked out without the database's own functions.

A row's digest is SHA-256 over a JSON array as PostgreSQL writes it: place, digest of the place before, id, actor, role,
action, type and id of the resource, time (UTC, six decimals) and further facts. Changing, removing, adding or swapping
rows breaks the chain at the first of them.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

FIRST: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the trail with its link; ``facts`` is the text that PostgreSQL writes for them.

    ``values`` are id, actor, role, action, type and id of the resource, and time; None where the row is gone.
    """

    sequence: int
    previous: str
    digest: str
    audit_id: str
    values: tuple[Any, ...] | None
    facts: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain is not as it was written; without a place the row is in no chain at all."""

    sequence: int | None
    audit_id: str | None
    why: str

    def __str__(self) -> str:
        row = f"row {self.audit_id}" if self.audit_id else "the row"
        return f"{row} at place {self.sequence}: {self.why}" if self.sequence else f"{row}: {self.why}"


class Chain:
    """Follows the chain from its first row on."""

    def __init__(self, anchors: dict[int, str] | None = None) -> None:
        self.length = 0
        self.head = FIRST
        self.anchors = dict(anchors or {})

    def follow(self, entry: Entry) -> Broken | None:
        """Take the next row; return how it fails to follow."""
        place = self.length + 1
        if entry.sequence != place:
            return Broken(place, None, "it is missing")
        why = self._why(entry, place)
        if why:
            return Broken(place, entry.audit_id, why)
        self.length, self.head = place, entry.digest
        return None

    def cut_off(self) -> Broken | None:
        """Return the first anchor beyond the end of the chain."""
        later = sorted(place for place in self.anchors if place > self.length)
        return Broken(self.length + 1, None, f"it is missing; there was one at {later[0]}") if later else None

    def _why(self, entry: Entry, place: int) -> str:
        if entry.values is None:
            return "its content is gone"
        if entry.previous != self.head:
            return "it does not follow the row before it"
        if entry.digest != digest(entry):
            return "its content does not match its hash"
        if self.anchors.get(place, entry.digest) != entry.digest:
            return "it is not the one that was anchored"
        return ""


def digest(entry: Entry) -> str:
    """Return what the digest of a row has to be."""
    values = [entry.sequence, entry.previous, *(entry.values or ())]
    text = f"{json.dumps(values, ensure_ascii=False)[:-1]}, {entry.facts}]"
    return hashlib.sha256(text.encode()).hexdigest()
