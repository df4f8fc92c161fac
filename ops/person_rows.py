"""Erasing what this app's tables, and those of the libraries, hold of a person."""

import uuid

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db.models import Q

from ops.enums import JobStatus
from ops.models import AsyncJob, CacheEntry, IdempotencyRecord, RateBucket


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete stored answers, work that waits, sessions, counters and the admin's own log of a person."""
    waiting = AsyncJob.objects.filter(assessment__user=person_id).exclude(status=JobStatus.RUNNING)
    return {
        "idempotency_records": IdempotencyRecord.objects.filter(actor__contains=str(person_id)).delete()[0],
        "async_jobs": waiting.delete()[0],
        "sessions": _end_sessions(person_id),
        "rate_buckets": RateBucket.objects.filter(key__contains=str(person_id)).delete()[0],
        "cache_counters": CacheEntry.objects.filter(key__contains=str(person_id)).delete()[0],
        "django_admin_log": _forget_in_admin_log(person_id),
    }


def _end_sessions(person_id: uuid.UUID) -> int:
    ended = 0
    for session in Session.objects.iterator(chunk_size=500):
        if session.get_decoded().get("_auth_user_id") == str(person_id):
            session.delete()
            ended += 1
    return ended


def _forget_in_admin_log(person_id: uuid.UUID) -> int:
    """The admin notes what a row was called, and for people that is their name."""
    person = get_user_model()._default_manager.filter(pk=person_id).first()
    named = Q(user=person_id) | Q(object_id=str(person_id))
    for name in filter(None, (getattr(person, "name", ""), getattr(person, "email", ""))):
        named |= Q(object_repr__icontains=name) | Q(change_message__icontains=name)
    return LogEntry.objects.filter(named).delete()[0]
