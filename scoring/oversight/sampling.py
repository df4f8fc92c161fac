"""Which essays a person should look at, and why."""

import hashlib
import uuid
from decimal import Decimal
from typing import Final

from scoring.enums import EssayOutcome, ReviewReason

WIDE_BAND: Final = "wide_band"
INJECTION: Final = "injection_suspected"
REFUSED: Final = "model_refused"


def reasons_for(
    *,
    snapshot_id: uuid.UUID,
    outcome: str,
    uncertainty: float,
    flags: list[str],
    uncertain_above: float,
    sample_rate: Decimal,
) -> list[str]:
    """Return why a person should look at a run; empty where nobody need.

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


def is_sampled(snapshot_id: uuid.UUID, rate: Decimal) -> bool:
    """Whether an answer is in the random sample: always the same for the same id, and more so for a higher rate."""
    digest = hashlib.sha256(snapshot_id.bytes).digest()
    return int.from_bytes(digest[:8], "big") < rate * 2**64
