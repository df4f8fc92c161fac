"""Who is told, what they are told, and every try to tell them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.content_hash import version_of
from microcred.db import Model
from partners.enums import DeliveryStatus, DisabledReason, EventStatus, EventType, SignatureScheme
from partners.lti.models import LtiGrade as LtiGrade
from partners.lti.models import LtiKey as LtiKey
from partners.lti.models import LtiLink as LtiLink
from partners.lti.models import LtiNonce as LtiNonce
from partners.lti.models import LtiPlatform as LtiPlatform


class WebhookEndpoint(Model):
    """An address of a partner that wants to hear of some types of event.

    Made and changed through partners.services, by staff or by the program whose ``service_key`` it belongs to.
    An endpoint that is switched off keeps its deliveries; what is still pending then dies at its next try.

    ``failures`` are the tries in a row that failed, since ``failing_since``. After some of them the endpoint is
    only probed: ``next_probe_at`` is when, ``probes`` how many there were.
    """

    name = models.CharField(max_length=120)
    service_key = models.ForeignKey(
        "accounts.ServiceKey",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="webhook_endpoints",
    )
    contact_email = models.EmailField(
        blank=True, help_text="Who is told when the endpoint is switched off because it does not answer."
    )
    scheme = models.CharField(
        max_length=16, choices=SignatureScheme.choices, default=SignatureScheme.HMAC, verbose_name="signature"
    )
    url = models.CharField(max_length=2000)
    event_types = ArrayField(models.CharField(max_length=32, choices=EventType.choices))
    active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=16, choices=DisabledReason.choices, blank=True)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    probes = models.PositiveIntegerField(default=0, editable=False)
    next_probe_at = models.DateTimeField(null=True, editable=False)
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
            models.CheckConstraint(
                condition=models.Q(scheme__in=SignatureScheme.values), name="webhook_endpoints_scheme_known"
            ),
            models.CheckConstraint(
                condition=models.Q(failures=0, failing_since__isnull=True)
                | models.Q(failures__gt=0, failing_since__isnull=False),
                name="webhook_endpoints_failing_since",
            ),
            models.CheckConstraint(
                condition=models.Q(next_probe_at__isnull=True) | models.Q(active=True, failures__gt=0),
                name="webhook_endpoints_probed_when_failing",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> str:
        """A hash of what its owner can change; tries to reach it leave it as it is."""
        changeable = [self.name, self.url, sorted(self.event_types), self.contact_email, self.active]
        return version_of(changeable)

    @property
    def standing(self) -> str:
        """Whether it is told of events: active, probed now and then, or off."""
        if not self.active:
            return "off"
        return "probed" if self.next_probe_at else "active"


class WebhookSecret(Model):
    """A key that signs what an endpoint is sent, kept sealed; a shared secret is shown once to whoever made it.

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
    sequence = models.PositiveIntegerField(
        null=True, editable=False, help_text="The place among the events of its assessment, from 1."
    )
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
            models.UniqueConstraint(fields=["assessment", "sequence"], name="webhook_events_in_order"),
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
    schedule. ``last_error`` says why the latest try failed, in one word. While its endpoint is only probed, a
    delivery is ``parked``: no job waits to send it.
    """

    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    status = models.CharField(max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    parked = models.BooleanField(default=False)
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
                condition=models.Q(parked=False) | models.Q(status=DeliveryStatus.PENDING),
                name="webhook_deliveries_parked_pending",
            ),
            models.CheckConstraint(
                condition=models.Q(failures__lte=models.F("attempts")),
                name="webhook_deliveries_failures_counted",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="idx_webhook_deliveries_endp"),
            models.Index(fields=["status", "-id"], name="idx_webhook_deliveries_status"),
            models.Index(
                fields=["endpoint", "id"],
                condition=models.Q(parked=True),
                name="idx_webhook_deliveries_parked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"


class ResultReading(Model):
    """A result that a program was answered with; append-only.

    Made through partners.services with every such answer. ``program`` is what the key is called, so that the
    student reads who it was.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="result_readings"
    )
    service_key = models.ForeignKey(
        "accounts.ServiceKey", on_delete=models.PROTECT, related_name="result_readings"
    )
    program = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "result_readings"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(program=""), name="result_readings_named")]

    def __str__(self) -> str:
        return f"{self.program} read the result of {self.assessment_id}"


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
