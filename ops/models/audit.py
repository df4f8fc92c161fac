"""Who did what to which thing, and the chain that holds it together."""

from django.db import models
from django.db.models.functions import Now

from microcred.db import Model


class AuditLog(Model):
    """One thing that someone, or the system itself, did.

    Written by ``ops.audit.record`` in the transaction of the change it tells of, so that neither exists
    without the other. A trigger refuses every later UPDATE and DELETE, erasure's too, and another links the row to
    the one before when the transaction commits. Holds ids and facts, never names, addresses or content: erasing a
    person must not need to touch it.
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


class AuditLink(models.Model):
    """The place of one row of the trail in the chain of all rows; made by the database alone.

    ``digest`` is what ``ops.audit_chain`` says of the row, its place and ``previous``, the digest of the place before.
    The three are empty only inside the transaction that commits the row.
    """

    audit = models.UUIDField(primary_key=True, db_column="audit_id")
    sequence = models.BigIntegerField(null=True, unique=True)
    previous = models.CharField(max_length=64, null=True)
    digest = models.CharField(max_length=64, null=True)

    class Meta:
        db_table = "audit_links"
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.audit}"
