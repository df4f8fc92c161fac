"""A chain of records: canonical text, the hash that links one to the next, keyed hashes of what must be erasable.

A record's hash is SHA-256 over its place, its time, its subject, the hash before it and its body, as canonical JSON
(sorted keys, no spaces, ASCII). Changing, removing, adding or swapping a record breaks the chain at that place.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

FIRST: Final = "0" * 64
_PURPOSE: Final = b"microcred decision records 1"
# Where a written part goes; nobody can put it into a value, since every process has its own.
_HERE: Final = secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Written:
    """A part of a value that is canonical JSON already: it was written before, or is quicker to write by hand."""

    text: str


_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Link:
    """One record as it is chained; ``body`` is canonical JSON, ``made_at`` an ISO time in UTC."""

    sequence: int
    made_at: str
    assessment_id: str
    body: str
    previous: str
    digest: str


def canonical(value: Any) -> str:
    """JSON that is the same for equal values; raises ValueError for what JSON cannot say exactly."""
    return _JSON.encode(value)


def spliced(value: Any) -> str:
    """Do as `canonical` for a value with parts that are ``Written``."""
    texts: list[str] = []

    def held_open(part: Any) -> str:
        if not isinstance(part, Written):
            raise TypeError(f"{type(part).__name__} is nothing that JSON can say")
        texts.append(part.text)
        return _HERE

    encoder = json.JSONEncoder(
        sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=held_open
    )
    around = encoder.encode(value).split(f'"{_HERE}"')
    return "".join(part for pair in zip(around, [*texts, ""], strict=True) for part in pair)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def keyed(value: Any, secret: str) -> str:
    """HMAC-SHA-256 of the canonical JSON of a value under a key derived from ``secret`` for this purpose alone.

    Nobody without the key can tell by trying which answer a hash belongs to, once the answer is erased.
    """
    return hmac.digest(_derived(secret), canonical(value).encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _derived(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE, "sha256")


def linked(
    *, sequence: int, made_at: str, assessment_id: str, body: Mapping[str, Any], previous: str
) -> Link:
    """The record that follows ``previous``."""
    text = spliced(body)
    return Link(
        sequence, made_at, assessment_id, text, previous,
        _digest(sequence, made_at, assessment_id, text, previous),
    )  # fmt: skip


class Chain:
    """Follows a chain from its first record on, link by link."""

    def __init__(self) -> None:
        self.length = 0
        self.head = FIRST

    def broken_by(self, link: Link) -> str:
        """Return how the next link fails to follow, or nothing; after a failure the chain is to be left."""
        if link.sequence != self.length + 1:
            return f"record {self.length + 1} is missing"
        if link.previous != self.head:
            return "it does not follow the record before it"
        if link.digest != _digest(link.sequence, link.made_at, link.assessment_id, link.body, link.previous):
            return "its content does not match its hash"
        self.length, self.head = link.sequence, link.digest
        return ""


def first_broken(links: Iterable[Link]) -> tuple[int, str] | None:
    """The place in the sequence where a chain breaks first, and how; None for a whole chain."""
    chain = Chain()
    for link in links:
        if why := chain.broken_by(link):
            return chain.length + 1, why
    return None


def _digest(sequence: int, made_at: str, assessment_id: str, body: str, previous: str) -> str:
    return digest([sequence, made_at, assessment_id, body, previous])
