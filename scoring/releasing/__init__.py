"""Which scorer may score: gates, releases, the scorer in use, and the way back.

`scoring.releasing.gate_runs` and `scoring.releasing.measuring` load models or call a provider; the rest does not.
"""

from scoring.releasing.activation import (
    ReasonMissing,
    ReleaseMissing,
    ReleaseRefused,
    activate,
    record_gate,
    roll_back,
)
from scoring.releasing.health_check import check_release, health
from scoring.releasing.state import (
    Scorer,
    configured_scorer,
    is_available,
    released,
    released_read,
    scorer_of,
)

__all__ = [
    "ReasonMissing",
    "ReleaseMissing",
    "ReleaseRefused",
    "Scorer",
    "activate",
    "check_release",
    "configured_scorer",
    "health",
    "is_available",
    "record_gate",
    "released",
    "released_read",
    "roll_back",
    "scorer_of",
]
