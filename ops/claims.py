"""Taking a job, holding it by a lease, and giving it back: every write checks the owner's token."""

import datetime as dt
import json
import os
import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from microcred.db import database_now
from microcred.pipelining import PipelinedQuery, Statement, fetch_rows
from ops import bell, job_kinds, ready_jobs, transitions
from ops.enums import JobStatus
from ops.failures import LeaseLost
from ops.models import AsyncJob
from ops.supervision.processes import find

log = structlog.get_logger(__name__)
CHANGING_FIELDS = [
    "status",
    "attempts",
    "giving_up",
    "give_ups",
    "alone",
    "error_payload",
    "owner_token",
    "lease_expires_at",
    "next_run_at",
    "completed_at",
]
_CLAIM = """
UPDATE async_jobs SET
    status = 'running',
    owner_token = %(token)s,
    claimed_by = %(claimed_by)s,
    lease_expires_at = clock_timestamp() + make_interval(secs => %(lease)s),
    started_at = clock_timestamp(),
    attempts = attempts + CASE WHEN giving_up THEN 0 ELSE 1 END,
    give_ups = give_ups + CASE WHEN giving_up THEN 1 ELSE 0 END
"""
_CLAIMED = "id, job_type, payload, assessment_id, attempts, max_attempts, correlation_id, giving_up"
_TAKE = f"""{_CLAIM}
WHERE id = %(id)s AND status = 'queued' AND next_run_at <= clock_timestamp() AND job_type = ANY(%(kinds)s)
RETURNING {_CLAIMED}
"""
_NEXT = f"""{_CLAIM}
WHERE id = (
    SELECT id FROM async_jobs WHERE {ready_jobs.CONDITION} AND alone = %(alone)s
    ORDER BY next_run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING {_CLAIMED}
"""  # noqa: S608 - constants only
_HOLD = """
SELECT 1 FROM async_jobs WHERE id = %(held)s AND status = 'running' AND owner_token = %(held_token)s AND NOT giving_up
FOR UPDATE
"""
_END = """
UPDATE async_jobs SET
    status = 'succeeded', completed_at = clock_timestamp(), error_payload = NULL,
    owner_token = NULL, lease_expires_at = NULL
WHERE id = %(ended)s AND status = 'running' AND owner_token = %(ended_token)s AND NOT giving_up
RETURNING 1
"""
_END_AND_NEXT = f"""
WITH ended AS ({_END}), next AS ({_NEXT})
SELECT (SELECT count(*) FROM ended), next.* FROM (VALUES (1)) AS always LEFT JOIN next ON true
"""  # noqa: S608 - constants only
_UNTIL_NEXT = """
SELECT extract(epoch FROM min(next_run_at) - clock_timestamp())::float8 FROM async_jobs
WHERE status = 'queued' AND alone = %(alone)s AND next_run_at > statement_timestamp() - interval '2 seconds'
"""
_LATER = Statement("SELECT 1 FROM async_jobs WHERE id = %(job_id)s AND attempts > %(attempt)s")
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

    @property
    def named(self) -> dict[str, str]:
        """What a line of the log says of the job, where no other has said it."""
        return {"job_id": str(self.job_id), "kind": self.kind, "correlation_id": self.correlation_id}

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
            if self.giving_up:
                job = _held(self)
                yield
                transitions.succeed(job, now=database_now())
                job.save(update_fields=CHANGING_FIELDS)
            else:
                self._locked(_HOLD, {"held": self.job_id, "held_token": self.token})
                yield
                self._locked(_END, {"ended": self.job_id, "ended_token": self.token})
        self.is_finished = True

    def _locked(self, sql: str, parameters: dict[str, Any]) -> None:
        if not _execute(sql, parameters):
            raise LeaseLost(f"job {self.job_id} is no longer held by this worker")


def claim_job(job_id: uuid.UUID) -> Claim | None:
    """Claim a due, queued job of a known kind; None when there is nothing to claim under this id."""
    claimer = _claimer()
    rows = _execute(_TAKE, claimer | {"id": job_id, "kinds": job_kinds.known()})
    return _claim(rows[0], claimer) if rows else None


def claim_next_job(*, alone: bool) -> Claim | None:
    """Claim the job that has been ready longest, None when none is; two callers never get the same one.

    ``alone`` says which of the two queues is meant: that of jobs that must not share a process, or the other.
    """
    claimer = _claimer()
    rows = _execute(_NEXT, claimer | ready_jobs.parameters() | {"alone": alone})
    return _claim(rows[0], claimer) if rows else None


def end(claim: Claim) -> None:
    """End a job that has nothing to write; raises :class:`LeaseLost` when it is no longer this worker's."""
    with claim.finish():
        pass


def end_and_claim_next(claim: Claim, *, alone: bool) -> Claim | None:
    """Do as :func:`end` and :func:`claim_next_job`, in one statement and with one commit where that is possible."""
    parameters = ready_jobs.parameters()
    # The statement could not see that the job it ends makes room for another of its kind.
    if claim.giving_up or claim.kind in {*parameters["limited"], *parameters["shared"]}:
        end(claim)
        return claim_next_job(alone=alone)
    claim.released.set()
    claimer = _claimer()
    ending = {"ended": claim.job_id, "ended_token": claim.token}
    ((ended, *row),) = _execute(_END_AND_NEXT, claimer | parameters | ending | {"alone": alone})
    if ended:
        claim.is_finished = True
    else:
        log.warning("job_fenced_off", **claim.named)
    return _claim(row, claimer) if row[0] is not None else None


def ensure_latest(job_id: uuid.UUID, attempt: int) -> None:
    """Raise :class:`LeaseLost` when a later attempt has begun; who was frozen may not have noticed it yet."""
    if latest_read(job_id, attempt).rows():
        raise LeaseLost(f"attempt {attempt} of job {job_id} was followed by another")


def latest_read(job_id: uuid.UUID, attempt: int) -> PipelinedQuery[Any]:
    """Return what `ensure_latest` asks."""
    return _LATER.read(job_id=job_id, attempt=attempt)


def seconds_until_next(*, alone: bool) -> float | None:
    """Return in how many seconds the next of the queued jobs will be due, None when none will.

    0 when one fell due in the last two seconds: after the caller's last look at the queue, for all that is known.
    """
    ((seconds,),) = _execute(_UNTIL_NEXT, {"alone": alone})
    return None if seconds is None else max(0.0, float(seconds))


def _claimer() -> dict[str, Any]:
    return {
        "token": uuid.uuid4(),
        "claimed_by": f"{_worker_name}/{os.getpid()}",
        "lease": float(settings.JOB_LEASE_SECONDS),
    }


def _execute(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    return fetch_rows(sql, parameters)


def _claim(row: Sequence[Any], claimer: dict[str, Any]) -> Claim:
    job_id, kind, payload, assessment_id, attempts, max_attempts, correlation_id, giving_up = row
    return Claim(
        job_id=job_id,
        kind=kind,
        payload=json.loads(payload),
        assessment_id=assessment_id,
        attempt=attempts,
        max_attempts=max_attempts,
        token=claimer["token"],
        correlation_id=correlation_id,
        giving_up=giving_up,
    )


def fail(claim: Claim, *, error: dict[str, Any], delay: dt.timedelta) -> None:
    """End the claim without success; raises :class:`LeaseLost` when it is not this worker's to end."""
    claim.released.set()
    with transaction.atomic():
        job = _held(claim)
        transitions.fail(job, error=error, delay=delay, now=database_now())
        job.save(update_fields=CHANGING_FIELDS)
        # Who is awake learns when the next try is due.
        bell.announce()


def put_back(worker: str, pids: Collection[int]) -> int:
    """Queue again, uncounted, what these processes of a worker held when they were ended because it was to stop.

    What a process held that died by itself is not put back: that may be why it died, and counts.
    """
    with transaction.atomic():
        now = database_now()
        jobs = list(_held_by(f"{worker}/{pid}" for pid in pids).select_for_update(skip_locked=True))
        for job in jobs:
            transitions.put_back(job, now=now)
            job.save(update_fields=CHANGING_FIELDS)
    return len(jobs)


def expire_dead_leases(worker: str) -> int:
    """Let the leases of those processes of a worker that are no more run out now: their attempts stay counted."""
    held = AsyncJob.objects.filter(status=JobStatus.RUNNING, claimed_by__startswith=f"{worker}/")
    holders = set(held.values_list("claimed_by", flat=True))
    return _lapse(holder for holder in holders if find(int(holder.rpartition("/")[2])) is None)


def expire_process_leases(worker: str, pid: int) -> int:
    """Do the same for one process that is known to be dead."""
    return _lapse([f"{worker}/{pid}"])


def _lapse(holders: Iterable[str]) -> int:
    return _held_by(holders).update(lease_expires_at=database_now())


def _held_by(holders: Iterable[str]) -> QuerySet[AsyncJob]:
    return AsyncJob.objects.filter(status=JobStatus.RUNNING, claimed_by__in=list(holders))


def _held(claim: Claim) -> AsyncJob:
    job = (
        AsyncJob.objects.select_for_update()
        .filter(pk=claim.job_id, status=JobStatus.RUNNING, owner_token=claim.token)
        .first()
    )
    if job is None:
        raise LeaseLost(f"job {claim.job_id} is no longer held by this worker")
    return job
