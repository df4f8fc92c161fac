"""Moving a submitted assessment on, and every way in which one ends."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.db import transaction

from assessments.enums import AssessmentStatus, Stage
from assessments.events import assessment_failed
from assessments.models import Assessment
from ops import audit
from ops import queries as jobs

STRANDED_AFTER = dt.timedelta(minutes=2)
STRANDED_AT_ONCE = 500
STRANDED_REASON = "The result could not be worked out. Your answers are kept, and staff can start it again."


@transaction.atomic
def advance(*, assessment_id: uuid.UUID, stage: Stage) -> None:
    """Show what the background work is at; an assessment that has ended stays as it is."""
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if assessment.status == AssessmentStatus.AWAITING_ASYNC:
        assessment.stage = stage
        assessment.save(update_fields=["stage", "updated_at"])


@transaction.atomic
def note_missing(*, assessment_id: uuid.UUID, parts: Sequence[str]) -> None:
    """Mark the result as degraded by the parts that it will go without."""
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    _add_missing(assessment, parts)
    assessment.save(update_fields=["missing", "degraded", "updated_at"])


@transaction.atomic
def note_found(*, assessment_id: uuid.UUID, parts: Sequence[str]) -> None:
    """Take parts that have come after all off what the result goes without."""
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    assessment.missing = [part for part in assessment.missing if part not in parts]
    assessment.degraded = bool(assessment.missing)
    assessment.save(update_fields=["missing", "degraded", "updated_at"])


@transaction.atomic
def complete(
    *,
    assessment_id: uuid.UUID,
    now: dt.datetime,
    missing: Sequence[str] = (),
    tried: Collection[str] = (),
) -> Assessment:
    """End the background work with a result, which ``missing`` names the missing parts of.

    An assessment that has failed is thereby mended. Of one that is completed already only the missing parts
    change: those ``tried`` again are missing no more, unless ``missing`` says so anew.
    """
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if assessment.status in (AssessmentStatus.IN_PROGRESS, AssessmentStatus.EXPIRED):
        return assessment
    assessment.missing = [part for part in assessment.missing if part not in tried]
    _add_missing(assessment, missing)
    if assessment.status != AssessmentStatus.COMPLETED:
        assessment.status = AssessmentStatus.COMPLETED
        assessment.stage = Stage.DONE
        assessment.completed_at = now
        assessment.failure_reason = ""
        audit.record(
            by=None, action="assessment.completed", resource_type="assessment", resource_id=assessment.pk,
            metadata={"missing": assessment.missing},
        )  # fmt: skip
    assessment.save()
    return assessment


def fail_stranded(*, now: dt.datetime) -> int:
    """End every submitted assessment that no job works on any more; return how many.

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


def _add_missing(assessment: Assessment, parts: Sequence[str]) -> None:
    assessment.missing = sorted({*assessment.missing, *parts})
    assessment.degraded = bool(assessment.missing)
