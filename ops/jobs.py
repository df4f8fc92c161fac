"""Background work: announce it inside a transaction, have it done exactly once in effect."""

import datetime as dt
import json
import random
import uuid
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import structlog
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    InterfaceError,
    close_old_connections,
    connection,
    transaction,
)

from microcred.db import database_now
from microcred.errors import Conflict, Missing
from microcred.pipelining import fetch_rows
from microcred.tracing import new_span
from ops import audit, bell, claims, job_kinds, leases, transitions
from ops.backoff import full_jitter
from ops.claims import Claim
from ops.enums import JobStatus
from ops.failures import LeaseLost, RetryLater, describe
from ops.models import AsyncJob

__all__ = [
    "Claim",
    "Ensured",
    "LeaseLost",
    "RetryLater",
    "drain",
    "enqueue",
    "ensure",
    "perform",
    "requeue",
    "run",
]

log = structlog.get_logger(__name__)
# Half of what an enqueueing costs otherwise is the mapper; and one statement both finds a key taken and keeps it so.
_INSERT = """
INSERT INTO async_jobs (
    id, job_type, status, attempts, max_attempts, giving_up, give_ups, payload, unique_key, correlation_id, claimed_by,
    assessment_id, share, next_run_at
) VALUES (
    %(id)s, %(kind)s, 'queued', 0, %(max_attempts)s, false, 0, %(payload)s::jsonb, %(unique_key)s, %(correlation_id)s,
    '', %(assessment_id)s, %(share)s, coalesce(%(run_at)s::timestamptz, statement_timestamp())
)
ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL DO NOTHING
RETURNING queued_at, next_run_at
"""
_jitter = random.SystemRandom()


class JobNotDead(Conflict):
    """Only a dead job can be run again."""


def enqueue(
    kind: str,
    *,
    payload: Mapping[str, Any] | None = None,
    assessment_id: uuid.UUID | None = None,
    run_at: dt.datetime | None = None,
    unique_key: str | None = None,
    share: str = "",
) -> AsyncJob:
    """Record a job in the caller's transaction and wake a worker when that commits.

    With ``unique_key`` at most one job ever exists under that key: a second call returns the first's job,
    whatever has become of it. Jobs with the same ``share`` take turns where their kind limits how many of those
    run at a time. ``payload`` holds ids and small facts. Raises ``UnknownKind``.
    """
    job = AsyncJob(
        kind=kind,
        payload=dict(payload or {}),
        assessment_id=assessment_id,
        unique_key=unique_key,
        max_attempts=job_kinds.job_kind(kind).max_attempts,
        share=share,
        correlation_id=str(structlog.contextvars.get_contextvars().get("correlation_id", ""))[:64],
    )
    rows = fetch_rows(_INSERT, _columns(job) | {"run_at": run_at})
    if not rows:
        return AsyncJob.objects.get(unique_key=unique_key)
    ((job.queued_at, job.next_run_at),) = rows
    job._state.adding, job._state.db = False, DEFAULT_DB_ALIAS
    bell.announce()
    return job


class Ensured(StrEnum):
    """What became of a job that should be there: there was one, one was made, or its attempts are used up."""

    ALIVE = "alive"
    MADE = "made"
    DEAD = "dead"


def ensure(kind: str, *, unique_key: str, **fields: Any) -> Ensured:
    """Have a job of this key for a state that waits for it; ``fields`` are as for :func:`enqueue`.

    One that was deleted is made anew. One that ended well although the state still waits is followed by another,
    once; one that died is left to whoever decides what its death means.
    """
    for key in (unique_key, f"{unique_key}:again"):
        status = AsyncJob.objects.filter(unique_key=key).values_list("status", flat=True).first()
        if status is None:
            enqueue(kind, unique_key=key, **fields)
            return Ensured.MADE
        if status in (JobStatus.QUEUED, JobStatus.RUNNING):
            return Ensured.ALIVE
        if status == JobStatus.DEAD:
            break
    return Ensured.DEAD


def _columns(job: AsyncJob) -> dict[str, Any]:
    return {
        "id": job.pk,
        "kind": job.kind,
        "payload": json.dumps(job.payload),
        "assessment_id": job.assessment_id,
        "unique_key": job.unique_key,
        "max_attempts": job.max_attempts,
        "share": job.share,
        "correlation_id": job.correlation_id,
    }


def run(job_id: str) -> None:
    """Do the job of this id if it is due and nobody else has it: for tests, and for repair by hand."""
    claim = claims.claim_job(uuid.UUID(job_id))
    if claim is not None:
        perform(claim, end=claims.end)


def drain(*, limit: int = 1000, skip_waits: bool = False) -> int:
    """Do every due job in this process, oldest first, and return how many claims that took.

    For tests and for repair by hand. ``skip_waits`` makes jobs that wait for their next try due at once.
    """
    for count in range(limit):
        queued = AsyncJob.objects.filter(status=JobStatus.QUEUED, kind__in=job_kinds.known())
        if skip_waits:
            queued.filter(next_run_at__gt=database_now()).update(next_run_at=database_now())
        job_id = (
            queued.filter(next_run_at__lte=database_now()).order_by("next_run_at", "pk").values_list("pk")
        )
        first = job_id.first()
        if first is None:
            return count
        claim = claims.claim_job(first[0])
        if claim is not None:
            _work(claim, end=claims.end)
    return limit


def requeue(job_id: uuid.UUID, *, by: audit.Actor | None) -> AsyncJob:
    """Run a dead job again with all its attempts; raises ``Missing`` or :class:`JobNotDead`."""
    with transaction.atomic():
        job = AsyncJob.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise Missing("There is no such job.")
        if job.status != JobStatus.DEAD:
            raise JobNotDead(f"The job is {job.status}, not dead.", code="JOB_409")
        transitions.revive(job, now=database_now())
        job.save(update_fields=claims.CHANGING_FIELDS)
        bell.announce()
        audit.record(
            by=by,
            action="job.requeued",
            resource_type="async_job",
            resource_id=job.pk,
            metadata={"kind": job.kind},
        )
    return job


def perform(claim: Claim, *, end: Callable[[Claim], None]) -> None:
    """Do a claimed job under a lease that is renewed; ``end`` ends one whose handler has left that to us."""
    with leases.renewed(claim):
        _work(claim, end=end)


def _work(claim: Claim, *, end: Callable[[Claim], None]) -> None:
    with structlog.contextvars.bound_contextvars(
        correlation_id=claim.correlation_id,
        job_id=str(claim.job_id),
        assessment_id=str(claim.assessment_id) if claim.assessment_id else None,
        service="worker",
        component=claim.kind,
        span_id=new_span(),
    ):
        try:
            job_kinds.job_kind(claim.kind).resolve(giving_up=claim.giving_up)(claim)
            if not claim.is_finished:
                end(claim)
        except LeaseLost as error:
            log.warning("job_fenced_off", reason=str(error))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a handler may raise anything; the job's state must tell
            _fail(claim, error)


def _fail(claim: Claim, error: BaseException) -> None:
    description = describe(error)
    log.warning("job_failed", attempt=claim.attempt, giving_up=claim.giving_up, error=description)
    _mend_connection()
    try:
        claims.fail(claim, error=description, delay=_delay(claim, error))
    except LeaseLost as lost:
        log.warning("job_fenced_off", reason=str(lost))
    except (DatabaseError, InterfaceError) as outage:
        # The lease runs out and the reconciler counts the attempt as failed.
        log.warning("job_failure_not_recorded", error=type(outage).__name__)
        _mend_connection()


def _delay(claim: Claim, error: BaseException) -> dt.timedelta:
    if isinstance(error, RetryLater) and error.delay is not None:
        return error.delay
    kind = job_kinds.job_kind(claim.kind)
    seconds = full_jitter(claim.attempt, base=kind.base, ceiling=kind.ceiling, random=_jitter.random)
    return dt.timedelta(seconds=seconds)


def _mend_connection() -> None:
    """Drop a connection that broke or is too old, unless the caller is in the middle of a transaction."""
    if not connection.in_atomic_block:
        close_old_connections()
