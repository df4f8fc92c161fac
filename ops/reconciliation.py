"""Repair of the job table: what a killed worker or a lost bell leaves behind.

One pass is short, and safe beside other passes: rows that another pass holds are skipped.
"""

from dataclasses import dataclass

from django.db import transaction

from microcred.db import database_now
from ops import bell, kinds, transitions
from ops.claims import CHANGING_FIELDS
from ops.enums import JobStatus
from ops.models import AsyncJob

BATCH = 100
# A bell that was heard is followed by a claim at once, unless all workers are busy; until this many seconds
# have passed the silence proves nothing.
RING_AGAIN_SECONDS = 3.0
CLOCK_MARGIN_SECONDS = 2.0
_RING_DUE = """
UPDATE async_jobs SET rung_at = clock_timestamp() WHERE id IN (
    SELECT id FROM async_jobs
    WHERE status = 'queued' AND next_run_at <= clock_timestamp() AND job_type = ANY(%(kinds)s) AND (
        rung_at IS NULL
        OR rung_at < next_run_at
        OR (rung_at < clock_timestamp() - make_interval(secs => %(again)s)
            AND (%(oldest)s::timestamptz IS NULL
                 OR rung_at < %(oldest)s::timestamptz - make_interval(secs => %(margin)s)))
    )
    ORDER BY next_run_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


@dataclass(frozen=True)
class Repaired:
    """What one pass found: claims whose lease had run out, and due jobs that nobody had been woken for."""

    lapsed: int
    rung: int


def reconcile() -> Repaired:
    """Do one pass."""
    return Repaired(lapsed=end_lapsed_claims(), rung=ring_for_due_jobs())


def end_lapsed_claims() -> int:
    """Fail the claims whose lease has run out: the next attempt, giving up, or the end of a poisonous job."""
    with transaction.atomic():
        now = database_now()
        lapsed = AsyncJob.objects.select_for_update(skip_locked=True).filter(
            status=JobStatus.RUNNING, lease_expires_at__lt=now, kind__in=kinds.known()
        )
        jobs = list(lapsed.order_by("lease_expires_at")[:BATCH])
        for job in jobs:
            error = {"type": "WorkerLost", "where": [], "claimed_by": job.claimed_by}
            transitions.fail(job, error=error, delay=now - now, now=now)
            job.save(update_fields=CHANGING_FIELDS)
    return len(jobs)


def ring_for_due_jobs() -> int:
    """Ring for due jobs that were never rung for, or whose bell was heard by no one who lived to act on it.

    Bells are heard in order. A job rung for before the oldest bell that still waits has lost its own; so has
    any job when none waits.
    """
    oldest = bell.oldest_waiting()
    with transaction.atomic():
        rows = AsyncJob.objects.raw(
            _RING_DUE,
            {
                "kinds": kinds.known(),
                "again": RING_AGAIN_SECONDS,
                "margin": CLOCK_MARGIN_SECONDS,
                "oldest": oldest,
                "batch": BATCH,
            },
        )
        job_ids = [job.pk for job in rows]
        for job_id in job_ids:
            bell.ring(job_id)
    return len(job_ids)
