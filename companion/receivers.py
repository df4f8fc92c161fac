"""What the companion does when lower floors announce something."""

import uuid
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from companion import services
from recommendations.events import feedback_recorded


@receiver(feedback_recorded)
def on_feedback_recorded(*, feedback_id: uuid.UUID, **_: Any) -> None:
    """Plan what a student takes up."""
    services.follow_up(feedback_id=feedback_id, now=timezone.now())
