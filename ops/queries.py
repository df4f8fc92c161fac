"""What there is to know about jobs."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from ops import job_kinds, ready_jobs
from ops.enums import JobStatus
from ops.models import AsyncJob, AuditLog

# One look into the index for each queue: asked for both at once, it would be read from end to end.
_OLDEST_DUE = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(first.next_run_at)), 0)::float8
FROM (VALUES (false), (true)) AS queue (alone) CROSS JOIN LATERAL (
    SELECT next_run_at FROM async_jobs
    WHERE status = 'queued' AND alone = queue.alone AND next_run_at <= statement_timestamp() AND job_type = ANY(%s)
    ORDER BY next_run_at LIMIT 1
) AS first
"""
_OLDEST_READY = f"""
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(next_run_at)), 0)::float8 FROM (
    SELECT next_run_at FROM async_jobs WHERE {ready_jobs.CONDITION} AND alone = %(alone)s
    ORDER BY next_run_at, id LIMIT 1
) AS first
"""  # noqa: S608 - constants only
_PROGRESS = """
SELECT
    count(*) FILTER (WHERE status = 'running' AND lease_expires_at > clock_timestamp()),
    extract(epoch FROM clock_timestamp() - max(started_at))::float8
FROM async_jobs
WHERE claimed_by LIKE %s AND alone = %s
    AND (status = 'running' OR started_at > clock_timestamp() - interval '1 minute')
"""


@dataclass(frozen=True)
class Progress:
    """How one worker is getting on with jobs that share processes, or with those ``alone``.

    Seconds that the most overdue job which may be taken waits, jobs in hand, seconds since a claim.
    """

    oldest_ready_seconds: float
    running: int
    seconds_since_claim: float | None


def oldest_due_seconds() -> float:
    """Return for how long the most overdue job of a known kind has been due; 0.0 when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_DUE, [job_kinds.known()])
        (seconds,) = cursor.fetchone()
    return float(seconds)


def oldest_ready_seconds(*, alone: bool = False) -> float:
    """Return the same for jobs that may be taken now: no limit of their kind is reached."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_READY, ready_jobs.parameters() | {"alone": alone})
        (seconds,) = cursor.fetchone()
    return float(seconds)


def progress(worker: str, *, alone: bool) -> Progress:
    """Return how the worker of this name is getting on; of one that nothing waits for, no more is asked."""
    oldest = oldest_ready_seconds(alone=alone)
    if not oldest:
        return Progress(oldest_ready_seconds=0.0, running=0, seconds_since_claim=None)
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [f"{worker}/%", alone])
        running, since = cursor.fetchone()
    return Progress(oldest_ready_seconds=oldest, running=running, seconds_since_claim=since)


def without_live_job(assessment_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of the assessments for which no job is queued or running."""
    living = AsyncJob.objects.filter(
        assessment_id__in=assessment_ids, status__in=[JobStatus.QUEUED, JobStatus.RUNNING]
    )
    return set(assessment_ids) - set(living.values_list("assessment_id", flat=True))


def is_under_way(kind: str, assessment_id: uuid.UUID) -> bool:
    """Say whether a job of the kind is queued or running for an assessment."""
    return _living().filter(kind=kind, assessment_id=assessment_id).exists()


def began_after_another(kind: str, job_id: uuid.UUID) -> bool:
    """Say whether another job of the kind is running that was taken before this one.

    A limit on how many run holds off all but those that were taken in the same moment, before one was there for the
    others to see. Whatever a later one was enqueued for is therefore older than the first one's work.
    """
    running = AsyncJob.objects.filter(kind=kind, status=JobStatus.RUNNING).order_by("started_at", "pk")
    return running.values_list("pk", flat=True).first() not in (None, job_id)


def has_live_job(assessment: str = "pk") -> Exists:
    """Return the condition that a job for the row's assessment is queued or running.

    As a condition, so that rows and jobs are read in one statement: only so both are of the same moment.
    """
    return Exists(_living().filter(assessment=OuterRef(assessment)))


def is_worked_on(kind: str, name: str) -> Exists:
    """Return the condition that a job of the kind is queued or running whose payload holds the row's id as ``name``."""
    about = Cast(KeyTextTransform(name, "payload"), UUIDField())
    return Exists(_living().filter(kind=kind).alias(about=about).filter(Exact(F("about"), OuterRef("pk"))))


def _living() -> QuerySet[AsyncJob]:
    # Each half has an index of its own.
    return AsyncJob.objects.filter(Q(status=JobStatus.QUEUED) | Q(status=JobStatus.RUNNING)).order_by()


def ended(kind: str, assessment_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, dt.datetime]]:
    """Return how many jobs of a kind have ended for each of the assessments that had one, and when the last did."""
    rows = AsyncJob.objects.filter(kind=kind, assessment_id__in=assessment_ids, completed_at__isnull=False)
    found = (
        rows.order_by().values_list("assessment_id").annotate(number=Count("pk"), last=Max("completed_at"))
    )
    return {assessment_id: (number, last) for assessment_id, number, last in found}


def named(unique_keys: Collection[str]) -> dict[str, AsyncJob]:
    """Return the jobs that there are under these keys, whatever has become of them."""
    return {str(job.unique_key): job for job in AsyncJob.objects.filter(unique_key__in=unique_keys)}


def counts() -> dict[tuple[str, str], int]:
    """Return the number of jobs by (kind, status); kinds of this code are there even without a job."""
    found = {(kind, status): 0 for kind in settings.JOB_KINDS for status in ("queued", "running", "dead")}
    rows = AsyncJob.objects.values("kind", "status").order_by().annotate(jobs=Count("pk"))
    return found | {(row["kind"], row["status"]): row["jobs"] for row in rows}


def audited(action: str) -> list[dict[str, Any]]:
    """Return the facts of every line of the audit trail about an action, the oldest first."""
    rows = AuditLog.objects.filter(action=action).order_by("pk")
    return list(rows.values_list("metadata", flat=True))
