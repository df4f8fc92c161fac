"""Taking a job, holding it by a lease, and giving it back: every write checks the owner's token."""

import datetime as dt
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from microcred.db import database_now
from ops import kinds, transitions
from ops.enums import JobStatus
from ops.failures import LeaseLost
from ops.models import AsyncJob

CHANGING_FIELDS = [
    "status",
    "attempts",
    "giving_up",
    "give_ups",
    "error_payload",
    "owner_token",
    "lease_expires_at",
    "next_run_at",
    "rung_at",
    "completed_at",
]
_TAKE = """
UPDATE async_jobs SET
    status = 'running',
    owner_token = %(token)s,
    claimed_by = %(claimed_by)s,
    lease_expires_at = clock_timestamp() + make_interval(secs => %(lease)s),
    started_at = clock_timestamp(),
    attempts = attempts + CASE WHEN giving_up THEN 0 ELSE 1 END,
    give_ups = give_ups + CASE WHEN giving_up THEN 1 ELSE 0 END
WHERE id = %(id)s AND status = 'queued' AND next_run_at <= clock_timestamp() AND job_type = ANY(%(kinds)s)
RETURNING *
"""
_worker_name = "inline"


def identify(worker: str) -> None:
    """Name the worker whose processes take jobs from now on; its forks inherit the name."""
    global _worker_name
    _worker_name = worker


@dataclass
class Claim:
    """One job in the hands of one worker.

    ``attempt`` counts from 1; ``assessment_id`` and ``payload`` are as enqueued. ``giving_up`` is true for
    the call of the kind's ``give_up``.
    """

    job_id: uuid.UUID
    kind: str
    payload: dict[str, Any]
    assessment_id: uuid.UUID | None
    attempt: int
    max_attempts: int
    token: uuid.UUID
    correlation_id: str = ""
    giving_up: bool = False
    is_finished: bool = False
    released: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)

    @property
    def is_last_attempt(self) -> bool:
        """Whether another failure would make the job give up."""
        return self.attempt >= self.max_attempts

    def ensure_held(self) -> None:
        """Raise :class:`LeaseLost` when the lease could not be renewed: call it between long steps."""
        if self.lost.is_set():
            raise LeaseLost(f"the lease of job {self.job_id} could not be renewed")

    @contextmanager
    def finish(self) -> Iterator[None]:
        """Write the effects of the job in one transaction that also ends it.

        Raises :class:`LeaseLost` before any effect when the job is no longer this worker's. The row stays
        locked meanwhile, so nobody else can take the job between the check and the commit.
        """
        self.released.set()
        with transaction.atomic():
            job = _held(self)
            yield
            transitions.succeed(job, now=database_now())
            job.save(update_fields=CHANGING_FIELDS)
        self.is_finished = True


def take(job_id: uuid.UUID) -> Claim | None:
    """Claim a due, queued job of a known kind; None when there is nothing to claim under this id."""
    token = uuid.uuid4()
    rows = AsyncJob.objects.raw(
        _TAKE,
        {
            "id": job_id,
            "token": token,
            "claimed_by": f"{_worker_name}/{os.getpid()}",
            "lease": float(settings.JOB_LEASE_SECONDS),
            "kinds": kinds.known(),
        },
    )
    for job in rows:
        return Claim(
            job_id=job.pk,
            kind=job.kind,
            payload=job.payload,
            assessment_id=job.assessment_id,
            attempt=job.attempts,
            max_attempts=job.max_attempts,
            token=token,
            correlation_id=job.correlation_id,
            giving_up=job.giving_up,
        )
    return None


def fail(claim: Claim, *, error: dict[str, Any], delay: dt.timedelta) -> None:
    """End the claim without success; raises :class:`LeaseLost` when it is not this worker's to end."""
    claim.released.set()
    with transaction.atomic():
        job = _held(claim)
        transitions.fail(job, error=error, delay=delay, now=database_now())
        job.save(update_fields=CHANGING_FIELDS)


def put_back_all(worker: str) -> int:
    """Queue again, uncounted, what a worker still held when it was told to stop. Its processes are dead."""
    with transaction.atomic():
        now = database_now()
        jobs = list(_held_by(worker).select_for_update(skip_locked=True))
        for job in jobs:
            transitions.put_back(job, now=now)
            job.save(update_fields=CHANGING_FIELDS)
    return len(jobs)


def lapse_all(worker: str) -> int:
    """Let the leases of a worker that died run out now: its attempts stay counted."""
    return _held_by(worker).update(lease_expires_at=database_now())


def _held_by(worker: str) -> QuerySet[AsyncJob]:
    return AsyncJob.objects.filter(status=JobStatus.RUNNING, claimed_by__startswith=f"{worker}/")


def _held(claim: Claim) -> AsyncJob:
    job = (
        AsyncJob.objects.select_for_update()
        .filter(pk=claim.job_id, status=JobStatus.RUNNING, owner_token=claim.token)
        .first()
    )
    if job is None:
        raise LeaseLost(f"job {claim.job_id} is no longer held by this worker")
    return job
