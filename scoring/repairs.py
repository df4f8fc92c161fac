"""Work on scores that waits although no job is there to do it."""

import datetime as dt
import uuid
from typing import Final

from django.db.models import Exists, OuterRef

from assessments import queries as assessments
from ops import queries as jobs
from ops.jobs import Ensured, ensure
from scoring import batch_tasks
from scoring.calls.batches import SEND
from scoring.enums import BatchState
from scoring.models import ModelBatch, ProfileRun
from scoring.oversight import rescore_runs

MOST_AT_ONCE: Final = 500


def restore_scoring(*, now: dt.datetime, since: dt.datetime) -> int:
    """Give assessments that were handed in and never scored the job that scores them."""
    idle = assessments.awaiting_work().filter(~jobs.has_live_job())
    unscored = idle.filter(~Exists(ProfileRun.objects.filter(assessment=OuterRef("pk"))))
    made = [
        ensure("scoring.score", assessment_id=pk, unique_key=f"score:{pk}:1")
        for pk in unscored.values_list("pk", flat=True)[:MOST_AT_ONCE]
    ]
    return made.count(Ensured.MADE)


def restore_rescorings(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have open rescorings gone on with; those whose job died are over."""
    mended = 0
    for row in rescore_runs.open_rescorings().filter(~jobs.is_worked_on(rescore_runs.JOB, "rescoring_id")):
        key = f"rescore:{row.pk}:{row.done}"
        found = ensure(rescore_runs.JOB, payload={"rescoring_id": str(row.pk)}, unique_key=key)
        if found == Ensured.DEAD:
            rescore_runs.fail_rescoring(row.pk, now=now)
        mended += found != Ensured.ALIVE
    return mended


def restore_batches(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have batches that nobody sends sent, and those that nobody asks after asked after."""
    prepared = ModelBatch.objects.filter(~jobs.is_worked_on(SEND, "batch_id"), state=BatchState.PREPARED)
    sent = ModelBatch.objects.filter(~jobs.is_worked_on(batch_tasks.ASK, "batch_id"), state=BatchState.SENT)
    made = [_send_again(row.pk) for row in prepared] + [_ask_again(row.pk, now) for row in sent]
    return made.count(Ensured.MADE)


def _send_again(batch_id: uuid.UUID) -> Ensured:
    return ensure(SEND, payload={"batch_id": str(batch_id)}, unique_key=f"batch:{batch_id}:send")


def _ask_again(batch_id: uuid.UUID, now: dt.datetime) -> Ensured:
    # Which number the lost question had is not known; each second is asked about once.
    number = int(now.timestamp())
    key = f"batch:{batch_id}:ask:{number}"
    return ensure(batch_tasks.ASK, payload={"batch_id": str(batch_id), "number": number}, unique_key=key)
