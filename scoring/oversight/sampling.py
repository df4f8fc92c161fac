"""Which answers a person should look at, and why."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from scoring.enums import EssayOutcome, ReviewReason

WIDE_BAND: Final = "wide_band"
INJECTION: Final = "injection_suspected"
REFUSED: Final = "model_refused"
FIRST: Final = b""
SECOND: Final = b"second"


def reasons_for(
    *,
    snapshot_id: uuid.UUID,
    outcome: str,
    uncertainty: float,
    flags: list[str],
    uncertain_above: float,
    sample_rate: Decimal,
) -> list[str]:
    """Return why a person should look at a run over an essay; empty where nobody need.

    What fixed checks decided, such as a blank answer, is certain and only looked at by chance.
    """
    refused = REFUSED in flags
    found = {
        ReviewReason.MODEL_REFUSED: refused,
        ReviewReason.UNAVAILABLE: outcome == EssayOutcome.UNAVAILABLE and not refused,
        ReviewReason.NEEDS_REVIEW: outcome == EssayOutcome.NEEDS_REVIEW,
        ReviewReason.LOW_CONFIDENCE: outcome == EssayOutcome.SCORED and uncertainty > uncertain_above,
        ReviewReason.WIDE_BAND: WIDE_BAND in flags,
        ReviewReason.INJECTION_SUSPECTED: INJECTION in flags,
        ReviewReason.RANDOM_SAMPLE: is_sampled(snapshot_id, sample_rate),
    }
    return [reason.value for reason, holds in found.items() if holds]


def closed_reasons_for(
    *, snapshot_id: uuid.UUID, applied: Sequence[Mapping[str, Any]], sample_rate: Decimal
) -> list[str]:
    """Return why a person should look at what the rules gave a closed answer; empty where nobody need.

    ``applied`` are the rules as they were stored. A short text that fits no accepted answer may be right in words
    that nobody thought of.
    """
    found = {
        ReviewReason.NEEDS_REVIEW: any(one.get("outcome") == "needs_review" for one in applied),
        ReviewReason.NO_MATCH: any(
            one.get("kind") == "short_text" and one.get("matched") is False for one in applied
        ),
        ReviewReason.RANDOM_SAMPLE: is_sampled(snapshot_id, sample_rate),
    }
    return [reason.value for reason, holds in found.items() if holds]


def is_sampled(snapshot_id: uuid.UUID, rate: Decimal, *, draw: bytes = FIRST) -> bool:
    """Whether an answer is in a random sample: always the same for the same id, and more so for a higher rate.

    Each ``draw`` is independent of the others.
    """
    digest = hashlib.sha256(snapshot_id.bytes + draw).digest()
    return int.from_bytes(digest[:8], "big") < rate * 2**64
