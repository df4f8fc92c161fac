"""Jobs that only runs of chaos have. An effect is a row of the audit trail, so that SQL can count it."""

import os
import signal
import time

from ops import audit
from ops.jobs import Claim

EFFECT = "chaos.effect"


def naive(claim: Claim) -> None:
    """Leave the effect at once and then work on: whoever is killed meanwhile leaves it again."""
    _leave_effect(claim)
    time.sleep(claim.payload["seconds"])


def plain(claim: Claim) -> None:
    """Work, then leave the effect as jobs must."""
    time.sleep(claim.payload["seconds"])
    with claim.finish():
        _leave_effect(claim)


def poison(claim: Claim) -> None:
    """Kill the process that tries."""
    os.kill(os.getpid(), signal.SIGKILL)


def _leave_effect(claim: Claim) -> None:
    audit.record(by=None, action=EFFECT, resource_type="async_job", resource_id=claim.job_id)
