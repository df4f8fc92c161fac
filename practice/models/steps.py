"""What students have done of what they were told to do next."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from planner.enums import Source


class CompletedStep(Model):
    """That a student has done a step for the first time, when, and the points for it.

    ``source`` and ``reference`` are those of the task. The row stays when the task is reopened or deleted, so that what
    is done again brings nothing more.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="completed_steps"
    )
    source = models.CharField(max_length=16, choices=[(one.value, one.label) for one in Source.steps()])
    reference = models.CharField(max_length=200)
    experience = models.PositiveIntegerField()
    completed_at = models.DateTimeField()

    class Meta:
        db_table = "practice_completed_steps"
        ordering = ["-completed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "source", "reference"], name="practice_completed_steps_once"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=Source.steps()), name="practice_completed_steps_source_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(reference=""), name="practice_completed_steps_referred"
            ),
        ]
        indexes = [models.Index(fields=["user", "-completed_at"], name="idx_practice_steps_done")]

    def __str__(self) -> str:
        return f"{self.reference} by {self.user_id}"
