"""The fixed words of tasks."""

from django.db import models


class TaskStatus(models.TextChoices):
    """How far a task has come."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"

    @classmethod
    def open(cls) -> tuple["TaskStatus", ...]:
        """Return those of tasks that wait to be done."""
        return cls.TODO, cls.IN_PROGRESS


class Priority(models.TextChoices):
    """What goes first, the last before the others."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Source(models.TextChoices):
    """Where a task comes from."""

    MANUAL = "manual"
    RECOMMENDATION = "recommendation"
    NUDGE = "nudge"
    SESSION = "session"
    PLATFORM = "platform"

    @classmethod
    def steps(cls) -> tuple["Source", ...]:
        """Return those of tasks that follow from what a student was told, and that nobody can make up."""
        return cls.RECOMMENDATION, cls.NUDGE, cls.SESSION


class Order(models.TextChoices):
    """How a list of tasks is ordered; with a minus from the other end. Tasks without a date are due last."""

    CREATED = "created_at"
    CREATED_LATEST = "-created_at"
    UPDATED = "updated_at"
    UPDATED_LATEST = "-updated_at"
    DUE = "due_at"
    DUE_LATEST = "-due_at"
    PRIORITY = "priority"
    PRIORITY_HIGHEST = "-priority"


class BulkOp(models.TextChoices):
    """What one entry of a bulk request does."""

    CREATE = "create"
    UPDATE = "update"
    COMPLETE = "complete"
    REOPEN = "reopen"
    DELETE = "delete"
