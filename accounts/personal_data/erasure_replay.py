"""Carrying erasures past a restore: a backup knows nothing of what was erased, or called off, after it was made."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from accounts.personal_data import erasing
from accounts.personal_data.models import ErasureRequest
from ops import audit


@dataclass(frozen=True)
class Entry:
    """What is kept of a request apart from the database: ids and times."""

    id: uuid.UUID
    user: uuid.UUID
    requested_at: dt.datetime
    due_at: dt.datetime
    cancelled_at: dt.datetime | None
    completed_at: dt.datetime | None


@dataclass(frozen=True)
class Reapplied:
    """How many people were erased again, requests called off again, and entries about people who are not there."""

    erased: int
    called_off: int
    unknown: int


def entries() -> Iterator[Entry]:
    """Yield every request, the oldest first."""
    for row in ErasureRequest.objects.order_by("requested_at", "pk").iterator():
        yield Entry(row.pk, row.user_id, row.requested_at, row.due_at, row.cancelled_at, row.completed_at)


def reapply(kept: Iterable[Entry], *, now: dt.datetime) -> Reapplied:
    """Bring a restored database to where the kept requests stand; doing it again changes nothing.

    What was asked for stays asked for until it is due, what was called off is called off, and who was erased is erased
    at once, step by step as ever: a run that is killed is made good by the next.
    """
    erased = called_off = unknown = 0
    for entry in sorted(kept, key=lambda one: one.requested_at):
        if not User.objects.filter(pk=entry.user).exists():
            unknown += 1
        elif entry.cancelled_at is not None:
            called_off += _call_off(entry)
        else:
            request_id = _asked_for(entry)
            if entry.completed_at is not None and erasing.erase(request_id, now=max(now, entry.due_at)):
                erased += 1
    return Reapplied(erased, called_off, unknown)


@transaction.atomic
def _call_off(entry: Entry) -> int:
    row = ErasureRequest.objects.select_for_update().filter(pk=entry.id).first()
    if row is None or row.cancelled_at is not None or row.started_at is not None:
        return 0
    row.cancelled_at = entry.cancelled_at
    row.save(update_fields=["cancelled_at"])
    _record(row, "cancelled")
    return 1


@transaction.atomic
def _asked_for(entry: Entry) -> uuid.UUID:
    """Return the request that is live for the person, made anew where the backup has none."""
    live = ErasureRequest.objects.filter(user=entry.user, cancelled_at=None).first()
    if live is not None:
        return live.pk
    made = ErasureRequest.objects.create(
        pk=entry.id,
        user_id=entry.user,
        requested_by_id=entry.user,
        requested_at=entry.requested_at,
        due_at=entry.due_at,
    )
    _record(made, "requested")
    return made.pk


def _record(row: ErasureRequest, deed: str) -> None:
    audit.record(
        by=None, action=f"erasure.{deed}", resource_type="user", resource_id=row.user_id,
        metadata={"erasure_id": str(row.pk), "restored": True},
    )  # fmt: skip
