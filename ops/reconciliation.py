"""Repair of the job table: what a killed worker or a lost bell leaves behind.

One pass is short, and safe beside other passes: rows that another pass holds are skipped.
"""

import datetime as dt

from django.db import transaction
from django.db.models.functions import Now

from microcred.db import database_now
from ops import bell, job_kinds, queries, repairs, transitions
from ops.claims import CHANGING_FIELDS
from ops.enums import JobStatus
from ops.models import AsyncJob

BATCH = 100
# Workers look after every bell, and without one every five seconds.
RING_AGAIN_SECONDS = 3.0


def end_lapsed_claims() -> int:
    """Fail the claims whose lease has run out: the next attempt, giving up, or the end of a poisonous job."""
    lapsed = AsyncJob.objects.filter(
        status=JobStatus.RUNNING, lease_expires_at__lt=Now(), kind__in=job_kinds.known()
    )
    # Asked twice a second, and nearly always in vain.
    if not lapsed.exists():
        return 0
    with transaction.atomic():
        now = database_now()
        jobs = list(lapsed.select_for_update(skip_locked=True).order_by("lease_expires_at")[:BATCH])
        # Not earlier than that: nobody may take them for jobs that were passed over.
        first = now - dt.timedelta(seconds=queries.oldest_ready_seconds()) if jobs else now
        for job in jobs:
            transitions.lose(job, now=now, first_in_queue=first)
            job.save(update_fields=CHANGING_FIELDS)
        if jobs:
            repairs.note(repairs.LAPSED_CLAIMS, len(jobs))
            bell.announce()
    return len(jobs)


def ring_for_waiting_jobs() -> bool:
    """Ring when a job has been ready for seconds and nobody took it: its bell may be lost. Say whether it rang."""
    late = queries.oldest_ready_seconds() > RING_AGAIN_SECONDS
    if late:
        bell.ring()
    return late
