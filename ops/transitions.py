"""How a job passes from one state to the next. Callers hold the row's lock and save it."""

import datetime as dt
from typing import Any

import structlog

from ops import job_kinds
from ops.enums import JobStatus
from ops.models import AsyncJob
from ops.models.jobs import MAX_GIVE_UPS

log = structlog.get_logger(__name__)


def fail(job: AsyncJob, *, error: dict[str, Any], delay: dt.timedelta, now: dt.datetime) -> None:
    """End a claim without success: queue the job again, queue it to give up, or let it die.

    A job with attempts left runs again after ``delay``. Without any, its kind may degrade: it is queued at
    once with ``giving_up``. A kind that cannot degrade, or failed to often enough, leaves a dead job.
    """
    _let_go(job)
    job.error_payload = error | {"attempt": job.attempts, "at": now.isoformat()}
    if job.giving_up:
        _next_give_up(job, delay=delay, now=now)
    elif job.attempts < job.max_attempts:
        job.status, job.next_run_at = JobStatus.QUEUED, now + delay
    elif job_kinds.job_kind(job.kind).give_up:
        job.status, job.next_run_at, job.giving_up = JobStatus.QUEUED, now, True
        log.error("job_attempts_used_up", **_named(job), attempts=job.attempts)
    else:
        dead_letter(job, now=now)


def lose(job: AsyncJob, *, now: dt.datetime, first_in_queue: dt.datetime) -> None:
    """End the claim of a worker that died or hung.

    Its turn had come, so it waits behind nobody: it is due when the ``first_in_queue`` is.

    Other jobs may have died with it. Which of them was the cause is not known, so one that loses its worker a
    second time, or may lose no other, is from then on done alone, and nothing else suffers from it any more.
    """
    error = {"type": "WorkerLost", "where": [], "claimed_by": job.claimed_by}
    was_lost = (job.error_payload or {}).get("type") == error["type"]
    job.alone = job.alone or was_lost or job.attempts >= job.max_attempts - 1
    fail(job, error=error, delay=now - now, now=now)
    if job.status == JobStatus.QUEUED and not job.alone:
        job.next_run_at = min(now, first_in_queue)


def _next_give_up(job: AsyncJob, *, delay: dt.timedelta, now: dt.datetime) -> None:
    if job.give_ups < MAX_GIVE_UPS:
        job.status, job.next_run_at = JobStatus.QUEUED, now + delay
        log.error("job_give_up_failed", **_named(job), give_ups=job.give_ups)
    else:
        dead_letter(job, now=now)


def dead_letter(job: AsyncJob, *, now: dt.datetime) -> None:
    """Make the job a dead letter: it stays, with its last error, until staff runs it again."""
    _let_go(job)
    job.status, job.completed_at = JobStatus.DEAD, now
    log.error("job_dead", **_named(job), attempts=job.attempts, give_ups=job.give_ups)


def succeed(job: AsyncJob, *, now: dt.datetime) -> None:
    """End the job well; a job that gave up well is dead, because its work was not done."""
    if job.giving_up:
        dead_letter(job, now=now)
    else:
        _let_go(job)
        job.status, job.completed_at, job.error_payload = JobStatus.SUCCEEDED, now, None


def put_back(job: AsyncJob, *, now: dt.datetime) -> None:
    """Queue a claimed job as if it had never been claimed: its worker was told to stop."""
    _let_go(job)
    job.status, job.next_run_at = JobStatus.QUEUED, now
    if job.giving_up:
        job.give_ups -= 1
    else:
        job.attempts -= 1


def revive(job: AsyncJob, *, now: dt.datetime) -> None:
    """Queue a dead job with all its attempts before it again."""
    job.status, job.next_run_at, job.completed_at = JobStatus.QUEUED, now, None
    job.attempts, job.give_ups, job.giving_up, job.alone = 0, 0, False, False


def _let_go(job: AsyncJob) -> None:
    job.owner_token = job.lease_expires_at = None


def _named(job: AsyncJob) -> dict[str, str]:
    """What a line of the log says of a job, also where it is nobody's at this moment."""
    return {"job_id": str(job.pk), "kind": job.kind, "correlation_id": job.correlation_id}
