"""What practice does when lower floors announce something."""

import datetime as dt
import uuid
from typing import Any

from django.dispatch import receiver

from planner.events import task_completed
from practice import services


@receiver(task_completed)
def on_task_completed(
    *, user_id: uuid.UUID, source: str, reference: str, completed_at: dt.datetime, **_: Any
) -> None:
    """Credit the student with the step."""
    services.note_step(user_id=user_id, source=source, reference=reference, completed_at=completed_at)
