"""Erasing a person: asked for, called off, and done step by step.

Each step of ``settings.ERASERS`` is a function of one app that takes the person's id, deletes or empties that app's
rows and returns how many of each. A step and the note that it is done are one transaction, opened by
``ops.erasure.begin``; whoever comes after a dead worker goes on with the next.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.admin_guard import LastAdmin, is_last_admin
from accounts.enums import Role
from accounts.models import User
from accounts.personal_data.models import ErasureRequest
from microcred.errors import Conflict, Missing
from ops import audit, erasure, jobs
from ops.jobs import Claim

log = structlog.get_logger(__name__)

KIND: Final = "accounts.erase"
REASON: Final = "the person asked for it"
Eraser = Callable[..., Mapping[str, int]]


class ErasureMissing(Missing):
    """Nothing is to be erased."""

    default_code = "ERASURE_404"


class ErasureBegun(Conflict):
    """It cannot be called off any more."""

    default_code = "ERASURE_409"


@transaction.atomic
def request_erasure(*, by: User, person: User, now: dt.datetime) -> ErasureRequest:
    """Have a person erased after the cool-off; asking again changes nothing.

    Raises:
        LastAdmin: for the only active admin who is not to be erased.
    """
    is_last = person.role == Role.ADMIN and is_last_admin(person.pk)
    person = User.objects.select_for_update().get(pk=person.pk)
    live = ErasureRequest.objects.filter(user=person, cancelled_at=None).first()
    if live:
        return live
    if is_last:
        raise LastAdmin("The last admin cannot be erased. Make somebody else an admin first.")
    due = now + dt.timedelta(days=settings.ERASURE_COOL_OFF_DAYS)
    made = ErasureRequest.objects.create(user=person, requested_by=by, requested_at=now, due_at=due)
    _record(by, "requested", made)
    return made


@transaction.atomic
def cancel(*, by: User, person: User, now: dt.datetime) -> ErasureRequest:
    """Call an erasure off.

    Raises:
        ErasureMissing: if none is asked for.
        ErasureBegun: if it has begun.
    """
    live = ErasureRequest.objects.select_for_update().filter(user=person, cancelled_at=None).first()
    if live is None:
        raise ErasureMissing("No erasure of your data is asked for.")
    if live.started_at is not None:
        raise ErasureBegun("The erasure has begun and cannot be called off.")
    live.cancelled_at = now
    live.save(update_fields=["cancelled_at"])
    _record(by, "cancelled", live)
    return live


def live_request(person: User) -> ErasureRequest:
    """Return what a person asked for last and did not call off.

    Raises:
        ErasureMissing: if there is nothing.
    """
    found = ErasureRequest.objects.filter(user=person, cancelled_at=None).first()
    if found is None:
        raise ErasureMissing("No erasure of your data is asked for.")
    return found


def announce_due(*, now: dt.datetime) -> int:
    """Enqueue the erasures whose time has come, every day anew until they are done; return how many."""
    due = ErasureRequest.objects.filter(due_at__lte=now, cancelled_at=None, completed_at=None)
    for row in due:
        with transaction.atomic():
            announce_one(row.pk, now=now)
    return len(due)


def announce_one(request_id: uuid.UUID, *, now: dt.datetime) -> jobs.Ensured:
    """Have an erasure worked on by the job of this day."""
    key = f"erasure:{request_id}:{now:%Y-%m-%d}"
    return jobs.ensure(KIND, payload={"erasure_id": str(request_id)}, unique_key=key)


def run_erasure(claim: Claim, *, now: dt.datetime) -> None:
    """Do what is left of an erasure."""
    erase(uuid.UUID(claim.payload["erasure_id"]), now=now)


def erase(request_id: uuid.UUID, *, now: dt.datetime) -> list[str]:
    """Do the steps that are left, each in a transaction of its own; return their names.

    It may be called again and again, and by two at once: a step is done once. The last admin waits until somebody else
    is one, for an erasure that was asked for stays so.
    """
    if _is_held(request_id, now):
        return []
    done = [name for name in settings.ERASERS if _step(request_id, name, now)]
    _complete(request_id, now)
    return done


@transaction.atomic
def _is_held(request_id: uuid.UUID, now: dt.datetime) -> bool:
    """Whether an erasure cannot begin since nobody would administer; the trail and the log say so.

    The admins are held no longer than this, for the first step may take a while: whoever asked to be erased counts as
    gone until they call it off, so nobody else can go meanwhile who would be the last.
    """
    row = _locked(request_id, now)
    if row is None or row.started_at is not None:
        return False
    if row.user.role != Role.ADMIN or not is_last_admin(row.user_id):
        return False
    _record(None, "held", row, reason="last_admin")
    transaction.on_commit(lambda: log.warning("erasure_held", user_id=str(row.user_id), reason="last_admin"))
    return True


@transaction.atomic
def _step(request_id: uuid.UUID, name: str, now: dt.datetime) -> bool:
    row = _locked(request_id, now)
    if row is None or name in row.steps_done:
        return False
    eraser: Eraser = import_string(name)
    erasure.begin(by=None, subject_type="user", subject_id=row.user_id, reason=REASON)
    counts = dict(eraser(row.user_id))
    erasure.end()
    row.steps_done = [*row.steps_done, name]
    row.started_at = row.started_at or now
    row.save(update_fields=["steps_done", "started_at"])
    _record(None, "step_done", row, step=name, rows=counts)
    return True


@transaction.atomic
def _complete(request_id: uuid.UUID, now: dt.datetime) -> None:
    row = _locked(request_id, now)
    if row is not None and set(settings.ERASERS) <= set(row.steps_done):
        row.completed_at = now
        row.save(update_fields=["completed_at"])
        _record(None, "completed", row)
        transaction.on_commit(lambda: log.info("erasure_completed", user_id=str(row.user_id)))


def _locked(request_id: uuid.UUID, now: dt.datetime) -> ErasureRequest | None:
    """Lock a request that is due and not done."""
    rows = ErasureRequest.objects.select_for_update().filter(due_at__lte=now, cancelled_at=None)
    return rows.filter(pk=request_id, completed_at=None).first()


def _record(by: User | None, deed: str, row: ErasureRequest, **facts: Any) -> None:
    audit.record(
        by=by, action=f"erasure.{deed}", resource_type="user", resource_id=row.user_id,
        metadata={"erasure_id": str(row.pk), **facts},
    )  # fmt: skip
