"""Items that a model wrote, before they are items."""

from typing import Any

from django.conf import settings
from django.db import models

from microcred.db import Model
from practice.enums import IN_USE, UNDECIDED, DraftStatus
from practice.models.items import PracticeItem


class PracticeDraft(Model):
    """An item as a model wrote it, with what every check found; written by one job, number by number.

    ``content`` has the shape of `practice.item_schema.ITEM`, and where it failed the check of that, nearly. ``checks``
    are ``{"name", "problems"}``, in their order. A rejected one is never given out. ``item`` is what became of it.
    """

    job_id = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="practice_drafts")
    content = models.JSONField()
    model = models.CharField(max_length=64, help_text="Which wrote it.")
    prompt_version = models.CharField(max_length=32)
    checks = models.JSONField()
    status = models.CharField(max_length=16, choices=DraftStatus.choices)
    item = models.OneToOneField(PracticeItem, on_delete=models.PROTECT, null=True, related_name="draft")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "practice_drafts"
        ordering = ["-made_at", "-id"]
        verbose_name = "draft of a practice item"
        verbose_name_plural = "drafts of practice items"
        constraints = [
            models.UniqueConstraint(fields=["job_id", "number"], name="practice_drafts_numbered"),
            models.CheckConstraint(
                condition=models.Q(status__in=DraftStatus.values), name="practice_drafts_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=IN_USE, item__isnull=False)
                | models.Q(status__in=[DraftStatus.REJECTED, DraftStatus.WAITING], item__isnull=True)
                | models.Q(status=DraftStatus.DECLINED),
                name="practice_drafts_used_is_item",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=[DraftStatus.REJECTED, *UNDECIDED], decided_by__isnull=True, decided_at__isnull=True
                )
                | models.Q(
                    status__in=[DraftStatus.APPROVED, DraftStatus.DECLINED],
                    decided_by__isnull=False, decided_at__isnull=False,
                ),
                name="practice_drafts_decided_by_somebody",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["status", "-made_at"], name="idx_practice_drafts_status")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The key that its item has."""
        return str(self.content.get("key", ""))

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The checks that found something."""
        return [check for check in self.checks if check["problems"]]
