"""Moving a submitted assessment on, and every way in which one ends."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.policy import Permission, allows
from assessments import queries
from assessments.enums import AssessmentStatus, Stage
from assessments.events import assessment_failed, assessment_released
from assessments.models import Assessment
from catalog.enums import ReleasePolicy
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Conflict, Forbidden
from microcred.pipelining import PipelinedQuery, fetch_rows
from ops import audit
from ops import queries as jobs

STRANDED_AFTER = dt.timedelta(minutes=2)
STRANDED_AT_ONCE = 500
STRANDED_REASON = "The result could not be worked out. Your answers are kept, and staff can start it again."


# Rows that name an assessment may be added meanwhile: whoever adds one and holds its lists does not wait for whoever
# holds the assessment and is about to change a list.
_LOCKED: Final = CompiledQuery(
    lambda assessment: (
        Assessment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("role")
        .filter(pk=assessment)
    ),
    assessment=uuid.UUID,
)
# Of every result, and wording an update takes the mapper longer than PostgreSQL takes to carry it out.
_COMPLETE = """
UPDATE assessments SET status = %(status)s, stage = %(stage)s, completed_at = %(completed_at)s,
       failure_reason = %(failure_reason)s, missing = %(missing)s::varchar[], degraded = %(degraded)s,
       updated_at = %(updated_at)s
 WHERE id = %(id)s
"""
_ADVANCE = """
UPDATE assessments SET stage = %(stage)s, updated_at = statement_timestamp()
 WHERE id = %(id)s AND status = %(status)s
"""
# A stage is shown and nothing rests on it: nobody waits for it to reach the disk.
_ADVANCE_SOON = """
UPDATE assessments SET stage = %(stage)s, updated_at = statement_timestamp()
  FROM (SELECT set_config('synchronous_commit', 'off', true) OFFSET 0) AS soon
 WHERE id = %(id)s AND status = %(status)s
"""


class ResultNotHeld(Conflict):
    """There is no result that waits for its release."""

    default_code = "RELEASE_409"


class ResultMissing(Conflict):
    """The assessment is not completed."""

    default_code = "ASSESSMENT_NOT_COMPLETED"


def advance(*, assessment_id: uuid.UUID, stage: Stage) -> None:
    """Show what the background work is at; an assessment that has ended stays as it is. One statement."""
    values: dict[str, str | uuid.UUID] = {
        "id": assessment_id,
        "stage": stage,
        "status": AssessmentStatus.AWAITING_ASYNC,
    }
    # Within a transaction it is the whole of it that has to last.
    fetch_rows(_ADVANCE if connection.in_atomic_block else _ADVANCE_SOON, values)


@transaction.atomic
def note_missing(*, assessment_id: uuid.UUID, parts: Sequence[str]) -> None:
    """Mark the result as degraded by the parts that it will go without."""
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    _add_missing(assessment, parts)
    assessment.save(update_fields=["missing", "degraded", "updated_at"])


@transaction.atomic(savepoint=False)
def note_found(*, assessment_id: uuid.UUID, parts: Sequence[str]) -> None:
    """Take parts that have come after all off what the result goes without."""
    assessment = lock(assessment_id)
    if set(parts).isdisjoint(assessment.missing):
        return
    assessment.missing = [part for part in assessment.missing if part not in parts]
    assessment.degraded = bool(assessment.missing)
    assessment.save(update_fields=["missing", "degraded", "updated_at"])


def lock_read(assessment_id: uuid.UUID) -> PipelinedQuery[Assessment]:
    """Return what `lock` asks, to be pipelined with others."""
    return _LOCKED.read(assessment=assessment_id)


def lock(assessment_id: uuid.UUID) -> Assessment:
    """Lock an assessment, whatever its status, so that its results come one after the other; with its role."""
    found = _LOCKED.first(assessment=assessment_id)
    if found is None:
        raise Assessment.DoesNotExist
    return found


@transaction.atomic(savepoint=False)
def complete(
    *,
    assessment_id: uuid.UUID,
    now: dt.datetime,
    missing: Sequence[str] = (),
    tried: Collection[str] = (),
    locked: Assessment | None = None,
) -> Assessment:
    """End the background work with a result, which ``missing`` names the missing parts of.

    Where the role's policy says so, the result is held until staff releases it. An assessment that has failed is
    thereby mended. Of one that is completed already only the missing parts
    change: those ``tried`` again are missing no more, unless ``missing`` says so anew. ``locked`` is the assessment,
    where the caller has just locked it.
    """
    assessment = locked or lock(assessment_id)
    if assessment.status in (AssessmentStatus.IN_PROGRESS, AssessmentStatus.EXPIRED):
        return assessment
    assessment.missing = [part for part in assessment.missing if part not in tried]
    _add_missing(assessment, missing)
    if assessment.status != AssessmentStatus.COMPLETED:
        assessment.status = AssessmentStatus.COMPLETED
        held = assessment.role.release_policy == ReleasePolicy.STAFF
        assessment.stage = Stage.AWAITING_RELEASE if held else Stage.DONE
        assessment.completed_at = now
        assessment.failure_reason = ""
        audit.record(
            by=None, action="assessment.completed", resource_type="assessment", resource_id=assessment.pk,
            metadata={"missing": assessment.missing, "held": held},
        )  # fmt: skip
    assessment.updated_at = timezone.now()
    fetch_rows(_COMPLETE, vars(assessment))
    return assessment


@transaction.atomic
def release(*, by: User, assessment_id: uuid.UUID, now: dt.datetime) -> Assessment:
    """Let the student see a result that was held back. Sends ``assessment_released``.

    Raises:
        AssessmentMissing: if it is not there or not for ``by`` to see.
        Forbidden: if ``by`` may see it but is not staff.
        ResultNotHeld: if there is nothing to release.
    """
    queries.get_visible(by=by, assessment_id=assessment_id)
    if not allows(by, Permission.REVIEW_SCORES):
        raise Forbidden("Only staff releases results.")
    assessment = _still_there(Assessment.objects.select_for_update().filter(pk=assessment_id).first())
    if not queries.is_held(assessment):
        raise ResultNotHeld("No result of this assessment waits for its release.")
    assessment.stage, assessment.released_at = Stage.DONE, now
    assessment.save(update_fields=["stage", "released_at", "updated_at"])
    audit.record(
        by=by, action="assessment.released", resource_type="assessment", resource_id=assessment.pk,
        metadata={"held_seconds": _seconds_since(assessment.completed_at, now)},
    )  # fmt: skip
    assessment_released.send(sender=None, assessment_id=assessment.pk)
    return assessment


def lock_result(assessment_id: uuid.UUID) -> Assessment:
    """Lock an assessment that has a result, so that its scores change one after the other.

    Raises ``ResultMissing`` for one that has none (yet), ``AssessmentMissing`` for one that was erased meanwhile.
    """
    rows = Assessment.objects.select_for_update(no_key=True)
    assessment = _still_there(rows.filter(pk=assessment_id).first())
    if assessment.status != AssessmentStatus.COMPLETED:
        raise ResultMissing("The assessment has no result whose scores could be changed.")
    return assessment


@transaction.atomic
def mend(*, assessment_id: uuid.UUID, parts: Sequence[str]) -> None:
    """Take parts that are there by now off the missing ones."""
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    assessment.missing = [part for part in assessment.missing if part not in parts]
    assessment.degraded = bool(assessment.missing)
    assessment.save(update_fields=["missing", "degraded", "updated_at"])


def fail_stranded(*, now: dt.datetime, since: dt.datetime) -> int:
    """End every submitted assessment that no job works on and none could be found for; return how many.

    Degrading is what jobs do when they fail; this is for an assessment whose job could not even do that.
    """
    waiting = (
        Assessment.objects.filter(status=AssessmentStatus.AWAITING_ASYNC, updated_at__lt=now - STRANDED_AFTER)
        .order_by("updated_at")
        .values_list("pk", flat=True)[:STRANDED_AT_ONCE]
    )
    stranded = jobs.without_live_job(list(waiting))
    for assessment_id in stranded:
        fail(assessment_id=assessment_id, reason=STRANDED_REASON)
    return len(stranded)


@transaction.atomic
def fail(*, assessment_id: uuid.UUID, reason: str) -> None:
    """End the background work without a result; rare, because what fails is degraded instead."""
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if assessment.status != AssessmentStatus.AWAITING_ASYNC:
        return
    assessment.status = AssessmentStatus.FAILED
    assessment.stage = Stage.DONE
    assessment.failure_reason = reason
    assessment.save()
    audit.record(by=None, action="assessment.failed", resource_type="assessment", resource_id=assessment.pk)
    assessment_failed.send(sender=None, assessment_id=assessment.pk)


def expire_overdue(*, now: dt.datetime) -> int:
    """Close every open assessment whose time is over; return how many. Answers are kept."""
    return Assessment.objects.filter(status=AssessmentStatus.IN_PROGRESS, expires_at__lte=now).update(
        status=AssessmentStatus.EXPIRED, updated_at=now
    )


def _still_there(found: Assessment | None) -> Assessment:
    """Return what was locked; an assessment that was seen may be erased while one waits for its lock."""
    if found is None:
        raise queries.AssessmentMissing("No such assessment.")
    return found


def _seconds_since(start: dt.datetime | None, end: dt.datetime) -> int:
    return round((end - start).total_seconds()) if start else 0


def _add_missing(assessment: Assessment, parts: Sequence[str]) -> None:
    assessment.missing = sorted({*assessment.missing, *parts})
    assessment.degraded = bool(assessment.missing)
