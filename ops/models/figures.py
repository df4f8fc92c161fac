"""Figures that take too long to be worked out while somebody waits."""

import datetime as dt
from typing import Final

from django.db import models

from microcred.db import Model

#: For so long what was asked for is taken to be under way.
AWAITED: Final = dt.timedelta(minutes=15)


class KeptFigures(Model):
    """Figures over many people as they were at one moment, without anything of a single person.

    Made by ``ops.kept_figures.ask``, which also has them worked out anew; what a job comes to replaces what was there.
    ``about`` says what they are narrowed by and never changes.
    """

    subject = models.CharField(max_length=32)
    about = models.JSONField()
    asked_at = models.DateTimeField(help_text="For when they were asked for last.")
    worked_out_at = models.DateTimeField(null=True, help_text="As of when the figures are.")
    figures = models.JSONField(null=True)

    class Meta:
        db_table = "kept_figures"
        ordering = ["subject", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "about"], name="kept_figures_once"),
            models.CheckConstraint(
                name="kept_figures_dated",
                condition=models.Q(worked_out_at__isnull=True, figures__isnull=True)
                | models.Q(worked_out_at__isnull=False, figures__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.about}"

    def is_awaited(self, now: dt.datetime) -> bool:
        """Whether they are being worked out anew, or are about to."""
        return self._is_due and self.asked_at <= now < self.asked_at + AWAITED

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether they should be there by now and are not, because their job failed or was never run."""
        return self._is_due and now >= self.asked_at + AWAITED

    @property
    def _is_due(self) -> bool:
        return self.worked_out_at is None or self.worked_out_at < self.asked_at
