"""A paid call as it is about to be made, and for whom."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from scoring.enums import CallPurpose

# What comes of a call, beside the kinds of failure.
ANSWERED: Final = "answered"
ABANDONED: Final = "abandoned"


@dataclass(frozen=True, slots=True)
class Payer:
    """The work that calls are made for; no assessment for the catalog's, and for what a person asks."""

    assessment_id: uuid.UUID | None
    job_id: uuid.UUID | None = None
    attempt: int = 1
    correlation_id: str = ""
    person_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """A student's own part of a call, redacted; ``replaced`` counts what was replaced, by kind."""

    snapshot_id: uuid.UUID
    label: str
    fingerprint: str
    text: str
    replaced: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call as it is about to be made; ``seen`` names the earlier calls whose replies were of no use for it."""

    purpose: CallPurpose
    reading: int
    provider: str
    host: str
    model: str
    prompt_version: str
    prompt_sha256: str
    prompt: str
    answers: Sequence[SentAnswer]
    highest_microcents: int
    texts: int | None = None
    seen: frozenset[uuid.UUID] = frozenset()
