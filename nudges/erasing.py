"""Erasing what a person was told, and how they wanted to be told."""

import uuid

from nudges.models import Nudge, NudgePreference


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's nudges and preferences."""
    return {
        "nudges": Nudge.objects.filter(user=person_id).delete()[0],
        "nudge_preferences": NudgePreference.objects.filter(user=person_id).delete()[0],
    }
