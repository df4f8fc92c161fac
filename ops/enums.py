"""The states that rows of this app pass through."""

from django.db.models import TextChoices


class JobStatus(TextChoices):
    """Where a job is on its way; ``succeeded`` and ``dead`` are final, a dead job can be run again by staff."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    DEAD = "dead"


class IdempotencyState(TextChoices):
    """Whether the first request with a key is still being answered."""

    RUNNING = "running"
    COMPLETED = "completed"
