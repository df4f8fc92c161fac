"""Which assessments students began and worked at last, and what they have left unfinished."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from assessments.enums import AssessmentStatus
from assessments.models import Assessment, AssessmentResponse
from assessments.progress import progress_of


@dataclass(frozen=True, slots=True)
class OpenAssessment:
    """An assessment that can be gone on with; ``touched_at`` is when it was started or answered last."""

    assessment_id: uuid.UUID
    user_id: uuid.UUID
    role_name: str
    touched_at: dt.datetime
    expires_at: dt.datetime
    answered: int
    total: int


def last_worked(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """Return when each of these students last started, answered or handed in an assessment; nobody who never did."""
    mine = Assessment.objects.filter(user__in=user_ids).order_by().values_list("user")
    rows = mine.annotate(Max("started_at"), Max("submitted_at"), Max("responses__submitted_at"))
    return {user: max(at for at in times if at) for user, *times in rows}


def newest_of(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Assessment]:
    """Return the assessment that each of these students started last; nobody who never started one."""
    rows = Assessment.objects.filter(user__in=user_ids).select_related("role")
    return {row.user_id: row for row in rows.order_by("user_id", "-started_at", "-pk").distinct("user_id")}


def open_of(user_ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[OpenAssessment]:
    """Return the assessments of these students that can be gone on with, the one that expires first before others."""
    rows = Assessment.objects.filter(
        user__in=user_ids, status=AssessmentStatus.IN_PROGRESS, expires_at__gt=now
    )
    found = list(
        rows.select_related("role")
        .only("user_id", "role__name", "started_at", "expires_at")
        .order_by("expires_at")
    )
    these = Assessment.objects.filter(pk__in=[one.pk for one in found])
    answers = AssessmentResponse.objects.filter(assessment__in=these).order_by()
    touched = dict(answers.values_list("assessment").annotate(Max("submitted_at")))
    progress = progress_of(these)
    return [
        OpenAssessment(
            one.pk,
            one.user_id,
            one.role.name,
            max(one.started_at, touched.get(one.pk, one.started_at)),
            one.expires_at,
            progress[one.pk].answered,
            progress[one.pk].total,
        )
        for one in found
    ]
