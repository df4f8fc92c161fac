"""What partners does when lower floors announce something."""

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from assessments.events import assessment_failed
from partners import services
from partners.enums import EventType
from partners.lti import grade_sync
from recommendations.events import feedback_recorded, recommendation_ready, result_read


@receiver(recommendation_ready)
def on_recommendation_ready(
    *,
    assessment_id: uuid.UUID,
    recommendation_id: uuid.UUID,
    occasion_id: uuid.UUID | None = None,
    **_: Any,
) -> None:
    """Tell partners of the result."""
    services.announce_result(
        assessment_id=assessment_id,
        recommendation_id=recommendation_id,
        occasion_id=occasion_id,
        now=timezone.now(),
    )


@receiver(recommendation_ready)
def on_result_for_courses(*, assessment_id: uuid.UUID, **_: Any) -> None:
    """Tell the gradebooks of the courses that the student came from."""
    grade_sync.announce(assessment_id)


@receiver(assessment_failed)
def on_assessment_failed(*, assessment_id: uuid.UUID, **_: Any) -> None:
    """Tell partners that there will be no result."""
    services.announce(
        EventType.ASSESSMENT_FAILED, assessment_id=assessment_id, subject_id=assessment_id, now=timezone.now()
    )


@receiver(feedback_recorded)
def on_feedback_recorded(*, recommendation_id: uuid.UUID, feedback_id: uuid.UUID, **_: Any) -> None:
    """Tell partners that there is feedback."""
    services.announce_feedback(
        recommendation_id=recommendation_id, feedback_id=feedback_id, now=timezone.now()
    )


@receiver(result_read)
def on_result_read(*, assessment_id: uuid.UUID, service_key_id: uuid.UUID, program: str, **_: Any) -> None:
    """Keep which program read the result."""
    services.note_reading(
        assessment_id=assessment_id, service_key_id=service_key_id, program=program, now=timezone.now()
    )
