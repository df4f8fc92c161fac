"""Answers kept for requests that may be sent twice."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now

from microcred.db import Model
from ops.enums import IdempotencyState


class IdempotencyRecord(Model):
    """One use of an ``Idempotency-Key`` by one actor on one route.

    Made before the request's effect, in a transaction of its own, and completed in the same transaction as
    the effect: the effect is there exactly when the stored answer is. Only answers below 400 are kept; a
    request that failed leaves no row, one that died leaves a lease that runs out. Actor, route, key and body
    fingerprint never change while the row holds an answer.
    """

    actor = models.CharField(max_length=64, help_text="Id of the account, or the address of a stranger.")
    route = models.CharField(max_length=300, help_text="Method and path.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the canonical body, in hexadecimal.")
    state = models.CharField(max_length=16, choices=IdempotencyState, default=IdempotencyState.RUNNING)
    owner_token = models.UUIDField(help_text="Proves which request may store the answer.")
    lease_expires_at = models.DateTimeField(help_text="From here on a running request counts as dead.")
    response_status = models.PositiveSmallIntegerField(null=True)
    response_type = models.CharField(max_length=100, blank=True)
    response_headers = models.JSONField(
        db_default=Value({}, models.JSONField()), help_text="Those that clients go on from."
    )
    response_body = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "idempotency_records"
        constraints = [
            models.UniqueConstraint(fields=["actor", "route", "key"], name="idempotency_records_key"),
            models.CheckConstraint(
                name="idempotency_records_state",
                condition=Q(state__in=IdempotencyState.values),
            ),
            models.CheckConstraint(
                name="idempotency_records_answer",
                condition=Q(
                    state=IdempotencyState.COMPLETED,
                    response_status__isnull=False,
                    response_body__isnull=False,
                )
                | Q(state=IdempotencyState.RUNNING, response_status__isnull=True, response_body__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_records_created")]

    def __str__(self) -> str:
        return f"{self.route} ({self.state})"
