"""Copies and erasures that wait although no job is there to go on with them."""

import datetime as dt

from accounts.personal_data import erasing, exports
from accounts.personal_data.models import DataExport, ErasureRequest
from ops import queries as jobs
from ops.jobs import Ensured, ensure


def restore_exports(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have copies gone on with; one whose job died is given up, so that the person can ask again."""
    worked_on = jobs.is_worked_on(exports.KIND, "export_id")
    mended = 0
    for row in DataExport.objects.filter(~worked_on, ready_at=None, failed_at=None):
        key = f"export:{row.pk}"
        found = ensure(exports.KIND, payload={"export_id": str(row.pk)}, unique_key=key)
        if found == Ensured.DEAD:
            DataExport.objects.filter(pk=row.pk, ready_at=None).update(failed_at=now)
        mended += found != Ensured.ALIVE
    return mended


def restore_erasures(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have erasures that have begun gone on with; one whose job died today is tried again tomorrow."""
    begun = ErasureRequest.objects.filter(
        ~jobs.is_worked_on(erasing.KIND, "erasure_id"),
        started_at__isnull=False,
        cancelled_at=None,
        completed_at=None,
    )
    made = [erasing.announce_one(pk, now=now) for pk in begun.values_list("pk", flat=True)]
    return made.count(Ensured.MADE)
