"""What the companion does when lower floors announce something."""

import uuid
from collections.abc import Collection
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from assessments.events import assessments_erased
from companion import kept_figures, services
from practice.events import practice_completed
from recommendations.events import credential_claimed, feedback_recorded


@receiver(feedback_recorded)
def on_feedback_recorded(*, feedback_id: uuid.UUID, **_: Any) -> None:
    """Plan what a student takes up."""
    services.follow_up(feedback_id=feedback_id, now=timezone.now())


@receiver(credential_claimed)
def on_credential_claimed(*, user_id: uuid.UUID, credential_id: uuid.UUID, **_: Any) -> None:
    """Call off what leads there."""
    services.call_off_steps(user_id=user_id, credential_id=credential_id, now=timezone.now())


@receiver(practice_completed)
def on_practice_completed(*, user_id: uuid.UUID, skill_key: str, **_: Any) -> None:
    """Take the steps of practising it in hand."""
    services.take_in_hand(user_id=user_id, skill_key=skill_key, now=timezone.now())


@receiver(assessments_erased)
def on_assessments_erased(*, role_ids: Collection[uuid.UUID], **_: Any) -> None:
    """Keep no figures in which they are counted."""
    kept_figures.begin_anew(role_ids, now=timezone.now())
