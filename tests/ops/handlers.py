"""What the test jobs do. An effect is a row of the audit trail, so that it can be counted by SQL."""

import datetime as dt
import os
import signal
import threading
import time
import uuid
from pathlib import Path

from ops import audit, worker_heartbeats
from ops.jobs import Claim, RetryLater
from ops.models import AuditLog

POLL_SECONDS = 0.02
# How many come together, and for how long they wait for one another before they fail.
TOGETHER: list[threading.Barrier] = []
PATIENCE_SECONDS = 60.0


def note(claim: Claim) -> None:
    """Announce the start, work for ``payload["seconds"]`` outside any transaction, then leave one effect.

    With ``payload["until"]`` the work lasts until there is a file of this name.
    """
    _record(claim, "test.started")
    time.sleep(claim.payload.get("seconds", 0))
    while "until" in claim.payload and not Path(claim.payload["until"]).exists():
        time.sleep(POLL_SECONDS)
    claim.ensure_held()
    with claim.finish():
        _record(claim, "test.effect")


def broken(claim: Claim) -> None:
    """Fail after a write that must not last."""
    with claim.finish():
        _record(claim, "test.effect")
        raise ValueError("an essay must not end up in the record")


def later(claim: Claim) -> None:
    """Ask for another try in an hour."""
    raise RetryLater("the provider is closed", delay=dt.timedelta(hours=1))


def meet(claim: Claim) -> None:
    """Wait until as many jobs as ``TOGETHER[0]`` has room for are done at once in this process."""
    TOGETHER[0].wait(PATIENCE_SECONDS)
    with claim.finish():
        _record(claim, "test.effect")


def poison(claim: Claim) -> None:
    """Kill the process that tries, with ``payload["stopping"]`` only when the worker has been told to stop."""
    _record(claim, "test.started")
    while claim.payload.get("stopping") and not worker_heartbeats.claims_refused():
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def degrade(claim: Claim) -> None:
    """Leave the lesser effect."""
    with claim.finish():
        _record(claim, "test.degraded")


def nothing(claim: Claim) -> None:
    """Stand in for the product's own jobs."""


def effects(job_id: uuid.UUID, action: str = "test.effect") -> int:
    """Count the effects of one job."""
    return AuditLog.objects.filter(action=action, resource_id=job_id).count()


def _record(claim: Claim, action: str) -> None:
    audit.record(by=None, action=action, resource_type="async_job", resource_id=claim.job_id)
