"""Erasing a person's tasks."""

import uuid

from planner.models import Task


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete the tasks of a person."""
    return {"tasks": Task.objects.filter(user=person_id).delete()[0]}
