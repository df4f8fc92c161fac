"""The facts about an assessment that every page shows."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from assessments import queries as assessments
from companion import words
from companion.charts import percent


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """Who, for what role, how far, and when; ``is_synthetic`` marks a learner who was made up."""

    pk: uuid.UUID
    student_id: uuid.UUID
    student: str
    email: str
    role: str
    status: str
    status_label: words.Label
    is_degraded: bool
    is_synthetic: bool
    failure_reason: str
    started_at: dt.datetime
    expires_at: dt.datetime
    completed_at: dt.datetime | None
    answered: int
    total: int
    progress_width: str


def label_of(assessment: Any) -> words.Label:
    """Return the status in words, of an assessment of which that is up to date."""
    return words.NOT_RELEASED if assessments.is_held(assessment) else words.STATUSES[assessment.status]


def assessment_facts(assessment: Any, progress: assessments.Progress, *, now: dt.datetime) -> AssessmentFacts:
    """Return the facts about an assessment whose student and role have been fetched."""
    status = assessments.effective_status(assessment, now=now)
    return AssessmentFacts(
        pk=assessment.pk,
        student_id=assessment.user_id,
        student=str(assessment.user),
        email=assessment.user.email if assessment.user.name else "",
        role=assessment.role.name,
        status=status.value,
        status_label=words.NOT_RELEASED if assessments.is_held(assessment) else words.STATUSES[status],
        is_degraded=assessment.degraded,
        is_synthetic=assessment.metadata.get("synthetic") is True,
        failure_reason=assessment.failure_reason,
        started_at=assessment.started_at,
        expires_at=assessment.expires_at,
        completed_at=assessment.completed_at,
        answered=progress.answered,
        total=progress.total,
        progress_width=percent(progress.answered, progress.total),
    )
