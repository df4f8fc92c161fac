"""What is deleted every day, and what stays."""

import datetime as dt
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from ops.cleanup import clean_up
from ops.counter_cache import AtomicDatabaseCache
from ops.enums import JobStatus
from ops.models import AsyncJob, CacheEntry, IdempotencyRecord, RateBucket

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def job(unique_key: str | None, age: dt.timedelta) -> AsyncJob:
    return AsyncJob.objects.create(
        kind="ops.sweep",
        max_attempts=1,
        status=JobStatus.SUCCEEDED,
        completed_at=NOW - age,
        unique_key=unique_key,
    )


def test_old_sweeps_go_and_every_other_job_stays() -> None:
    job("schedule:clean-up:1", dt.timedelta(days=15))
    young = job("schedule:clean-up:2", dt.timedelta(days=13))
    record = job("score:1", dt.timedelta(days=900))

    deleted = clean_up(now=NOW)

    assert deleted["scheduled_jobs"] == 1
    assert set(AsyncJob.objects.values_list("pk", flat=True)) == {young.pk, record.pk}


def test_answers_buckets_sessions_and_cache_entries_go_when_their_time_is_over() -> None:
    for hours in (23, 25):
        IdempotencyRecord.objects.create(
            actor="a", route="POST /x", key=str(hours), fingerprint="f", owner_token=uuid.uuid4(),
            lease_expires_at=NOW, created_at=NOW - dt.timedelta(hours=hours),
        )  # fmt: skip
        RateBucket.objects.create(
            key=str(hours), tokens=[1.0], allowed=True, refilled_at=NOW - dt.timedelta(hours=hours)
        )
        Session.objects.create(
            session_key=str(hours), session_data="", expire_date=NOW + dt.timedelta(hours=24 - hours)
        )
    cache = AtomicDatabaseCache("", {})
    cache.set("gone", 1, timeout=-1)
    cache.set("there", 1, timeout=60)

    deleted = clean_up(now=NOW)

    assert (deleted["idempotency_records"], deleted["rate_buckets"]) == (1, 1)
    assert (deleted["cache_entries"], deleted["sessions"]) == (1, 1)
    assert IdempotencyRecord.objects.get().key == "23"
    assert RateBucket.objects.get().key == "23"
    assert Session.objects.get().session_key == "23"
    assert CacheEntry.objects.get().key == ":1:there"
