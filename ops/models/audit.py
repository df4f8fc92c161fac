"""Who did what to which thing."""

from django.db import models
from django.db.models.functions import Now

from microcred.db import Model


class AuditLog(Model):
    """One thing that someone, or the system itself, did.

    Written by ``ops.audit.record`` in the transaction of the change it tells of, so that neither exists
    without the other. A trigger refuses every later UPDATE and DELETE. Holds ids and facts, never names,
    addresses or content: erasing a person must not need to touch it.
    """

    actor_id = models.UUIDField(null=True, help_text="Who did it; empty means the system.")
    actor_role = models.CharField(max_length=16, blank=True, help_text="Their role at that moment.")
    action = models.CharField(max_length=64, help_text="What was done, such as job.requeued.")
    resource_type = models.CharField(max_length=32)
    resource_id = models.UUIDField(null=True)
    metadata = models.JSONField(default=dict, help_text="Further facts, without personal data.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "audit_logs"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["resource_type", "resource_id", "-created_at"], name="audit_logs_resource"),
            models.Index(fields=["actor_id", "-created_at"], name="audit_logs_actor"),
            models.Index(fields=["-created_at"], name="audit_logs_created"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.resource_type} {self.resource_id}"
