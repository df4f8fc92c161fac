"""Who is told, what they are told, and every try to tell them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from partners.enums import DeliveryStatus, DisabledReason, EventStatus, EventType


class WebhookEndpoint(Model):
    """An address of a partner that wants to hear of some types of event.

    Made and changed by staff through partners.services. An endpoint that is switched off keeps its
    deliveries; what is still pending then dies at its next try.
    """

    name = models.CharField(max_length=120)
    url = models.CharField(max_length=2000)
    event_types = ArrayField(models.CharField(max_length=32, choices=EventType.choices))
    active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=16, choices=DisabledReason.choices, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "webhook_endpoints"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event_types__len__gt=0, event_types__contained_by=EventType.values),
                name="webhook_endpoints_types_known",
            ),
            models.CheckConstraint(
                condition=models.Q(active=True, disabled_reason="")
                | models.Q(active=False, disabled_reason__in=DisabledReason.values),
                name="webhook_endpoints_off_has_reason",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="webhook_endpoints_named"),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookSecret(Model):
    """A key that signs what an endpoint is sent; shown once to whoever made it, then kept sealed.

    The one without ``expires_at`` is the current one. A replaced secret signs beside it until it expires, so
    that the partner can change over in between.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="secrets")
    sealed = models.TextField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook_secrets"
        ordering = ["endpoint", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint"],
                condition=models.Q(expires_at__isnull=True),
                name="webhook_secrets_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"secret of {self.endpoint_id}"


class WebhookEvent(Model):
    """Something that partners may hear of. It exists once: ``subject_id`` names what it happened to.

    ``subject_id`` is the assessment, the recommendation run or the feedback, as the type says. The id is the
    ``webhook-id`` of every try; the payload never changes. The other columns sum up the deliveries.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.SET_NULL, null=True, related_name="webhook_events"
    )
    recommendation = models.ForeignKey(
        "recommendations.Recommendation", on_delete=models.SET_NULL, null=True, related_name="webhook_events"
    )
    event_type = models.CharField(max_length=32, choices=EventType.choices)
    subject_id = models.UUIDField()
    payload = models.JSONField()
    status = models.CharField(max_length=24, choices=EventStatus.choices)
    response_code = models.PositiveIntegerField(null=True)
    last_attempt = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "webhook_events"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event_type", "subject_id"], name="webhook_events_once"),
            models.CheckConstraint(
                condition=models.Q(event_type__in=EventType.values), name="webhook_events_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=EventStatus.values), name="webhook_events_status_known"
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="idx_webhook_events_status")]

    def __str__(self) -> str:
        return f"{self.event_type} {self.pk}"


class WebhookDelivery(Model):
    """One event on its way to one endpoint.

    ``attempts`` counts all tries; ``failures`` those since it was last sent on its way, which place it in the
    schedule. ``last_error`` says why the latest try failed, in one word.
    """

    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    status = models.CharField(max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    response_code = models.PositiveIntegerField(null=True)
    last_error = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "webhook_deliveries"
        ordering = ["-id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="webhook_deliveries_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=DeliveryStatus.values), name="webhook_deliveries_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=DeliveryStatus.PENDING, next_attempt_at__isnull=False)
                | (~models.Q(status=DeliveryStatus.PENDING) & models.Q(next_attempt_at__isnull=True)),
                name="webhook_deliveries_pending_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(failures__lte=models.F("attempts")),
                name="webhook_deliveries_failures_counted",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="idx_webhook_deliveries_endp"),
            models.Index(fields=["status", "-id"], name="idx_webhook_deliveries_status"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"


class WebhookAttempt(Model):
    """One try and what came of it; append-only.

    Either ``response_code`` says what the receiver answered, or ``error`` why it gave no answer.
    """

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    response_code = models.PositiveIntegerField(null=True)
    excerpt = models.TextField(blank=True)
    duration_ms = models.PositiveIntegerField()
    error = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "webhook_attempts"
        ordering = ["delivery", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempts_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="webhook_attempts_number_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(response_code__isnull=False, error="")
                | (models.Q(response_code__isnull=True) & ~models.Q(error="")),
                name="webhook_attempts_answer_or_error",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number}"
