"""Is the chain of decision records as it was written, and are the calls behind it.

The chain itself shows what was changed, removed from the middle, put in or swapped. The audit trail, which notes every
record's number and hash, shows what was cut off the end or written anew. A head that was noted down outside of the
database (an *anchor*) shows the same to somebody who trusts neither. The ledger rows that a record names, and the texts
that are kept of them, are compared with their hashes, and so are the questions, answers, scores and marks.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from microcred.errors import Invalid
from ops import queries as ops
from recommendations.chain import Chain, Link
from recommendations.facts import changed_in_call
from recommendations.models import DecisionRecord
from recommendations.services.records import FORMAT, RECORDED
from recommendations.stored_rows import row_differences
from scoring.replay import StoredCall, is_owner_erased, stored_calls

BATCH: Final = 200
_ANCHOR: Final = re.compile(r"(\d+):([0-9a-f]{64})")


class AnchorUnreadable(Invalid):
    """An anchor is a number, a colon and a hash of 64 hexadecimal digits."""

    default_code = "ANCHOR_400"


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain of records is not as it was written."""

    sequence: int
    why: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many records and model calls were looked at, of how many calls the texts are erased, the head of the chain,
    and the first record that is not as it was written."""

    records: int
    calls: int
    erased: int
    head: str
    broken: Broken | None


@dataclass(slots=True)
class _Count:
    calls: set[uuid.UUID] = field(default_factory=set)
    erased: set[uuid.UUID] = field(default_factory=set)


Progress = Callable[[int], None]


def verify(*, anchors: Sequence[str] = (), progress: Progress | None = None) -> Verified:
    """Go through all records, the oldest first, up to the first that is not as it was written.

    ``anchors`` are heads that were noted down before; ``progress`` hears how many records are done.

    Raises:
        AnchorUnreadable: for anything else.
    """
    chain, count = Chain(), _Count()
    expected = _expected(anchors)
    broken = None
    for rows in _batches():
        broken = _first_in(rows, chain, expected, count)
        if broken is not None:
            break
        if progress:
            progress(chain.length)
    later = sorted(sequence for sequence in expected if sequence > chain.length)
    if broken is None and later:
        broken = Broken(later[0], "it is missing")
    head = f"{chain.length}:{chain.head}"
    return Verified(chain.length, len(count.calls), len(count.erased), head, broken)


def _expected(anchors: Sequence[str]) -> dict[int, dict[str, str]]:
    """By number, the hashes that records must have, with who says so."""
    expected: dict[int, dict[str, str]] = {}
    for facts in ops.audited(RECORDED):
        expected.setdefault(facts["sequence"], {})[facts["digest"]] = "the audit trail notes"
    for anchor in anchors:
        read = _ANCHOR.fullmatch(anchor)
        if read is None:
            raise AnchorUnreadable(f"“{anchor}” is no anchor; an anchor is NUMBER:HASH.")
        if int(read[1]):
            expected.setdefault(int(read[1]), {})[read[2]] = "the anchor names"
    return expected


def _batches() -> Iterator[list[DecisionRecord]]:
    """All records in order; a batch at a time, so that the calls of many are looked up at once."""
    last = -1
    while rows := list(DecisionRecord.objects.filter(sequence__gt=last).order_by("sequence")[:BATCH]):
        yield rows
        last = rows[-1].sequence


def _first_in(
    rows: Sequence[DecisionRecord], chain: Chain, expected: Mapping[int, Mapping[str, str]], count: _Count
) -> Broken | None:
    bodies = []
    broken = None
    for row in rows:
        why = chain.broken_by(_link(row)) or _denied(row, expected)
        if why:
            broken = Broken(min(row.sequence, chain.length + 1), why)
            break
        bodies.append((row.sequence, json.loads(row.body)))
    # A record before the one where the chain breaks may rest on a row that was changed.
    found = [one for one in (_first_changed(bodies, count), _first_other_row(rows, broken), broken) if one]
    return min(found, key=lambda one: one.sequence, default=None)


def _first_other_row(rows: Sequence[DecisionRecord], broken: Broken | None) -> Broken | None:
    """The first record of which a question, an answer, a score or a mark is not as it says."""
    for row in rows:
        if broken is not None and row.sequence >= broken.sequence:
            break
        if json.loads(row.body)["format"] != FORMAT:
            continue
        for difference in row_differences(row):
            if difference.kind == "different":
                return Broken(row.sequence, f"{difference}")
    return None


def _denied(row: DecisionRecord, expected: Mapping[int, Mapping[str, str]]) -> str:
    for digest, said in expected.get(row.sequence, {}).items():
        if digest != row.digest:
            return f"it is not the one that {said}"
    return ""


def _first_changed(bodies: Sequence[tuple[int, Mapping[str, Any]]], count: _Count) -> Broken | None:
    """The first record that names a call which is not as it was."""
    named = [(sequence, call) for sequence, body in bodies for call in _calls(body)]
    stored = stored_calls({uuid.UUID(call["call"]) for _, call in named})
    for sequence, call in named:
        key = uuid.UUID(call["call"])
        count.calls.add(key)
        if why := _changed(call, stored.get(key), count):
            return Broken(sequence, f"its model call {key} {why}")
    return None


def _calls(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if body["format"] != FORMAT:
        return []
    return [
        call for question in body["questions"] if question["essay"] for call in question["essay"]["calls"]
    ]


def _changed(was: Mapping[str, Any], stored: StoredCall | None, count: _Count) -> str:
    """How a call differs from what a record says of it; nothing where it does not, or its texts are erased."""
    if stored is None:
        owner = was["assessment"]
        if not is_owner_erased(uuid.UUID(owner) if owner else None):
            return "is missing"
        count.erased.add(uuid.UUID(was["call"]))
        return ""
    changed, is_erased = changed_in_call(was, stored)
    if is_erased:
        count.erased.add(stored.call_id)
    return f"is not as it was: {', '.join(changed)}" if changed else ""


def _link(row: DecisionRecord) -> Link:
    made_at = row.made_at.astimezone(dt.UTC).isoformat()
    return Link(row.sequence, made_at, str(row.assessment_id), row.body, row.previous, row.digest)
