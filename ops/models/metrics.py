"""Measured values worth keeping."""

from django.db import models
from django.db.models.functions import Now

from microcred.db import Model


class MetricSnapshot(Model):
    """One measured value at one moment, such as the seconds an assessment took to score.

    Written by whoever measured; never changed. ``context`` says what else was true, without personal data.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="metric_snapshots",
    )
    metric_type = models.CharField(max_length=32)
    value = models.DecimalField(max_digits=12, decimal_places=3)
    context = models.JSONField(default=dict)
    captured_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "metric_snapshots"
        ordering = ["-captured_at", "-id"]
        indexes = [models.Index(fields=["metric_type", "-captured_at"], name="metric_snapshots_type")]

    def __str__(self) -> str:
        return f"{self.metric_type} {self.value}"
