"""Deleting what has had its time."""

import datetime as dt

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.models.functions import Now

from ops import bell
from ops.enums import JobStatus
from ops.models import AsyncJob, CacheEntry, IdempotencyRecord, RateBucket

KEEP_SWEEPS = dt.timedelta(days=14)
KEEP_VOLATILE = dt.timedelta(days=1)


def clean_up(*, now: dt.datetime) -> dict[str, int]:
    """Delete expired rows of every housekeeping table; return how many of each.

    Jobs that belong to a schedule go after two weeks; all others are records and stay.
    """
    answers = now - dt.timedelta(seconds=settings.IDEMPOTENCY_KEEP_SECONDS)
    old_sweeps = Q(unique_key__startswith="schedule:", status=JobStatus.SUCCEEDED)
    doomed = {
        "idempotency_records": IdempotencyRecord.objects.filter(created_at__lt=answers),
        "rate_buckets": RateBucket.objects.filter(refilled_at__lt=now - KEEP_VOLATILE),
        "cache_entries": CacheEntry.objects.filter(expires_at__lt=Now()),
        "sessions": Session.objects.filter(expire_date__lt=now),
        "scheduled_jobs": AsyncJob.objects.filter(old_sweeps, completed_at__lt=now - KEEP_SWEEPS),
    }
    deleted = {name: rows.delete()[0] for name, rows in doomed.items()}
    return deleted | {"bells": bell.clean_up(before=now - KEEP_VOLATILE)}
