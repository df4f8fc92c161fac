"""Knowing what tutors have gone through with students."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from catalog import queries as catalog
from practice.models import TaughtSkill


@transaction.atomic
def note_session(
    *, user_id: uuid.UUID, reference: str, skills: Sequence[str], held_at: dt.datetime, now: dt.datetime
) -> None:
    """Have practice follow a session on these skills, given by key; in place of what was noted of it before.

    A key that the catalog does not know counts for nothing, and a session that would end in the future ends now.
    """
    forget_session(reference=reference)
    ended = min(held_at, now)
    TaughtSkill.objects.bulk_create(
        TaughtSkill(user_id=user_id, skill_id=skill, reference=reference, held_at=ended)
        for skill in catalog.skill_ids(list(skills)).values()
    )


def forget_session(*, reference: str) -> None:
    """Have practice know nothing of a session."""
    TaughtSkill.objects.filter(reference=reference).delete()
