"""Paid calls that a provider answers together, within a day."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from scoring.enums import BatchState


class ModelBatch(Model):
    """Past answers to one question, to be read anew by a version of it, as one batch of a provider.

    Its calls are in the ledger before anything is sent. ``outcome`` says how it ended: ``completed``,
    ``failed``, ``expired`` or ``cancelled`` as the provider says, ``refused`` if the provider did not take it,
    ``lost`` if nothing more was heard of it. What a batch did not bring, another one may; there is one at a time
    for a version.
    """

    question = models.ForeignKey("catalog.Question", on_delete=models.PROTECT, related_name="model_batches")
    question_version = models.ForeignKey(
        "catalog.QuestionVersion", on_delete=models.PROTECT, related_name="model_batches"
    )
    provider = models.CharField(max_length=32)
    host = models.CharField(max_length=255)
    model = models.CharField(max_length=64)
    prompt_version = models.CharField(max_length=32)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=16, choices=BatchState.choices, default=BatchState.PREPARED)
    outcome = models.CharField(max_length=24, blank=True)
    detail = models.CharField(max_length=200, blank=True, help_text="What the provider says was wrong.")
    provider_batch_id = models.CharField(max_length=128, blank=True)
    provider_status = models.CharField(max_length=32, blank=True)
    requests = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="When the provider was last asked how it stands.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "model_batches"
        verbose_name_plural = "model batches"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["question_version"],
                condition=~models.Q(state=BatchState.ENDED),
                name="model_batches_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=BatchState.PREPARED, sent_at__isnull=True, ended_at__isnull=True, outcome=""
                )
                | models.Q(state=BatchState.SENT, sent_at__isnull=False, ended_at__isnull=True, outcome="")
                & ~models.Q(provider_batch_id="")
                | models.Q(state=BatchState.ENDED, ended_at__isnull=False) & ~models.Q(outcome=""),
                name="model_batches_state_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requests} requests: {self.outcome or self.state}"
