"""Consents, copies and erasures."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model


class Consent(Model):
    """That a person agreed to something, or refused it, and which text they were shown; never changed.

    The newest of a purpose counts. No row means that nobody asked.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=32, help_text="What was asked, such as model_scoring.")
    version = models.CharField(max_length=16, help_text="Which text was shown; see the guide.")
    given = models.BooleanField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "consents"
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(purpose="") & ~models.Q(version=""), name="consents_say_to_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {'agrees to' if self.given else 'refuses'} {self.purpose}"


class DataExport(Model):
    """A copy of everything about a person, being made or ready to be fetched until it expires.

    ``done`` of ``total`` tables are read. The file is in its parts.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports")
    requested_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "data_exports"
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(ready_at__isnull=True, failed_at__isnull=True),
                name="data_exports_one_at_a_time",
            ),
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="data_exports_done"),
            models.CheckConstraint(
                condition=models.Q(ready_at__isnull=True, expires_at__isnull=True)
                | models.Q(ready_at__isnull=False, expires_at__isnull=False, failed_at__isnull=True),
                name="data_exports_ready_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"copy for {self.user_id}"


class ExportPart(Model):
    """A piece of the file of a copy, in order."""

    export = models.ForeignKey(DataExport, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "export_parts"
        ordering = ["export", "position"]
        constraints = [
            models.UniqueConstraint(fields=["export", "position"], name="export_parts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.export_id} #{self.position}"


class ErasureRequest(Model):
    """That a person's data is to be erased, from ``due_at`` on; until then it can be called off.

    ``steps_done`` names the steps of ``settings.ERASERS`` that are through. The row stays: it names a person by an id
    that leads nowhere any more.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="erasure_requests"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    steps_done = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "erasure_requests"
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(cancelled_at__isnull=True),
                name="erasure_requests_one_live",
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled_at__isnull=True) | models.Q(started_at__isnull=True),
                name="erasure_requests_begun_is_not_cancelled",
            ),
            models.CheckConstraint(
                condition=models.Q(completed_at__isnull=True) | models.Q(started_at__isnull=False),
                name="erasure_requests_completed_was_begun",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure of {self.user_id}"
