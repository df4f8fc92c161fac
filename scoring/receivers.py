"""What scoring does when assessments announce something."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from assessments.events import responses_submitted
from scoring import oversight, services
from scoring.events import assessment_scored
from scoring.queries import QuestionResult


@receiver(responses_submitted)
def on_responses_submitted(
    *, assessment_id: uuid.UUID, response_ids: list[uuid.UUID], submitted: bool, **_: Any
) -> None:
    """Score the closed answers in the same transaction; leave the essays to a job."""
    if response_ids or submitted:
        services.take_responses(assessment_id=assessment_id, response_ids=response_ids, submitted=submitted)


@receiver(assessment_scored)
def on_assessment_scored(
    *, assessment_id: uuid.UUID, results: Sequence[QuestionResult] | None = None, **_: Any
) -> None:
    """Ask people to look at what should not be left to a scorer alone."""
    oversight.open_reviews(assessment_id=assessment_id, results=results)
