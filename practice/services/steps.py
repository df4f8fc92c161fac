"""Knowing what students have done of what they were told to do next."""

import datetime as dt
import uuid

from planner.enums import Source
from practice.models import CompletedStep
from practice.performance import POINTS_A_STEP


def note_step(*, user_id: uuid.UUID, source: str, reference: str, completed_at: dt.datetime) -> None:
    """Credit a student with a task that is done, the first time and if it is a step; what they set themselves, or a
    platform did, could be made up at will and counts for nothing."""
    if reference and source in Source.steps():
        step = CompletedStep(
            user_id=user_id, source=source, reference=reference, experience=POINTS_A_STEP,
            completed_at=completed_at,
        )  # fmt: skip
        CompletedStep.objects.bulk_create([step], ignore_conflicts=True)
