"""Asking for a copy of one's data, making it, and fetching it."""

import datetime as dt
import tempfile
import uuid
from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from accounts.personal_data import export_archive
from accounts.personal_data.models import DataExport, ExportPart
from microcred.errors import Missing
from ops import audit, jobs
from ops.jobs import Claim

KIND: Final = "accounts.export"
PART_BYTES: Final = 1024 * 1024
IN_MEMORY: Final = 8 * PART_BYTES


class ExportMissing(Missing):
    """There is no copy: none was asked for, or it has expired."""

    default_code = "EXPORT_404"


@transaction.atomic
def request_copy(*, by: User, now: dt.datetime) -> DataExport:
    """Have a copy made; while one is being made, asking again changes nothing. An older file goes."""
    lock_person(by.pk)
    under_way = DataExport.objects.filter(user=by, ready_at=None, failed_at=None).first()
    if under_way:
        return under_way
    DataExport.objects.filter(user=by).delete()
    made = DataExport.objects.create(user=by, requested_at=now, total=len(export_archive.personal_tables()))
    jobs.enqueue(KIND, payload={"export_id": str(made.pk)}, unique_key=f"export:{made.pk}")
    audit.record(by=by, action="export.requested", resource_type="user", resource_id=by.pk)
    return made


def newest(*, by: User, now: dt.datetime) -> DataExport:
    """Return the copy that a person asked for last.

    Raises:
        ExportMissing: if there is none, or it has expired.
    """
    found = DataExport.objects.filter(user=by).first()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        raise ExportMissing("There is no copy of your data. Ask for one first.")
    return found


def pieces(export: DataExport) -> Iterator[bytes]:
    """The file, a part at a time."""
    for part in ExportPart.objects.filter(export=export).order_by("position").iterator(chunk_size=1):
        yield bytes(part.data)


@transaction.atomic
def note_fetched(*, by: User, export: DataExport) -> None:
    """Write into the trail that a copy left the house."""
    audit.record(by=by, action="export.fetched", resource_type="user", resource_id=export.user_id)


def make(claim: Claim, *, now: dt.datetime) -> None:
    """Write the file of a copy and store it in parts; done again, it replaces what a dead worker left."""
    export = DataExport.objects.filter(pk=uuid.UUID(claim.payload["export_id"])).first()
    if export is None or export.ready_at is not None:
        return

    def note(done: int) -> None:
        DataExport.objects.filter(pk=export.pk).update(done=done)

    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        export_archive.write_copy(export.user_id, file, progress=note)
        file.seek(0)
        with claim.finish():
            ExportPart.objects.filter(export=export).delete()
            position = 0
            while data := file.read(PART_BYTES):
                ExportPart.objects.create(export=export, position=position, data=data)
                position += 1
            expires = now + dt.timedelta(days=settings.EXPORT_KEEP_DAYS)
            DataExport.objects.filter(pk=export.pk).update(ready_at=now, expires_at=expires)
            audit.record(by=None, action="export.ready", resource_type="user", resource_id=export.user_id)


def give_up(claim: Claim, *, now: dt.datetime) -> None:
    """Let the person ask again."""
    with claim.finish():
        DataExport.objects.filter(pk=uuid.UUID(claim.payload["export_id"]), ready_at=None).update(
            failed_at=now
        )


def forget_expired(*, now: dt.datetime) -> int:
    """Delete the copies that have expired."""
    return DataExport.objects.filter(expires_at__lte=now).delete()[0]
