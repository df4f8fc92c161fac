"""Assessments of learners who were made up for a demonstration; each is marked so for good."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment
from assessments.services.ending import complete
from assessments.services.starting import SYNTHETIC, RoleNotAssessable, draw_questions
from catalog import queries as catalog
from microcred.errors import Conflict


class NotSynthetic(Conflict):
    """The assessment is not an open one of a learner who was made up."""

    default_code = "ASSESSMENT_409"


@transaction.atomic
def record_synthetic(
    *, user: User, role_id: uuid.UUID, metadata: Mapping[str, Any], now: dt.datetime
) -> Assessment:
    """Store a completed assessment without questions, for a learner who was made up for a demonstration."""
    return Assessment.objects.create(
        user=user,
        role_id=role_id,
        seed=0,
        status=AssessmentStatus.COMPLETED,
        stage=Stage.DONE,
        metadata={**metadata, SYNTHETIC: True},
        started_at=now - dt.timedelta(hours=1),
        expires_at=now,
        submitted_at=now,
        completed_at=now,
    )


@transaction.atomic
def start_synthetic(*, user: User, role_id: uuid.UUID, now: dt.datetime) -> Assessment:
    """Draw and freeze questions for a learner who was made up, whatever the role asks for first.

    Raises:
        RoleNotAssessable: if the role is unknown, inactive or has no published questions.
    """
    found = catalog.assessable(role_id)
    if found.role is None or not found.pool:
        raise RoleNotAssessable("No such role can be assessed.", details={"field": "role_id"})
    return draw_questions(user, found, {"metadata": {SYNTHETIC: True}, "started_at": now})


@transaction.atomic
def complete_synthetic(
    *, assessment_id: uuid.UUID, submitted_at: dt.datetime, now: dt.datetime
) -> Assessment:
    """Complete the open assessment of a made-up learner, for whom no recommendations are worked out.

    Raises:
        NotMadeUp: if it is somebody's own, or not open.
    """
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if assessment.metadata.get(SYNTHETIC) is not True or assessment.status != AssessmentStatus.IN_PROGRESS:
        raise NotSynthetic("Only the open assessment of a made-up learner is completed like this.")
    assessment.status, assessment.stage = AssessmentStatus.AWAITING_ASYNC, Stage.RECOMMENDING
    assessment.submitted_at = submitted_at
    assessment.save(update_fields=["status", "stage", "submitted_at", "updated_at"])
    return complete(assessment_id=assessment_id, now=now)
