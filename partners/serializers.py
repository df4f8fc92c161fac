"""Endpoints and deliveries on the wire."""

from typing import Any

from rest_framework import serializers

from microcred.api.booleans import TrueOrFalse
from microcred.api.pagination import PageQuery
from partners import payloads
from partners.enums import DeliveryStatus, DisabledReason, EventType, SignatureScheme
from partners.models import ResultReading, WebhookAttempt, WebhookDelivery, WebhookEndpoint

STATES = ("active", "probed", "off")


class EndpointView(serializers.ModelSerializer[WebhookEndpoint]):
    """An endpoint; what signs its messages is not shown again."""

    endpoint_id = serializers.UUIDField(source="id")
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=EventType.wanted()))
    state = serializers.ChoiceField(
        choices=STATES,
        source="standing",
        help_text="probed: it failed five times in a row and is only tried now and then; off: it is told nothing.",
    )
    contact_email = serializers.CharField(
        help_text="Who is told when it is switched off; empty where nobody is."
    )
    disabled_reason = serializers.CharField(
        help_text=f"{', '.join(DisabledReason.values[:-1])} or {DisabledReason.values[-1]}; empty while it is on."
    )

    class Meta:
        model = WebhookEndpoint
        fields = [
            "endpoint_id", "name", "url", "event_types", "scheme", "contact_email", "state", "disabled_reason",
            "failing_since", "next_probe_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class NewEndpointView(serializers.Serializer[Any]):
    """An endpoint that was just made, with what its messages are checked with."""

    endpoint = EndpointView()
    secret = serializers.CharField(
        allow_null=True, help_text="Shown this once (whsec_...); null with Ed25519."
    )
    public_key = serializers.CharField(allow_null=True, help_text="Ours (whpk_...), with Ed25519.")


class NewSecretView(serializers.Serializer[Any]):
    """What messages are checked with from now on; what came before fits for 24 hours more."""

    secret = serializers.CharField(allow_null=True)
    public_key = serializers.CharField(allow_null=True)


class EndpointList(serializers.Serializer[Any]):
    """A page of endpoints."""

    items = EndpointView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class EndpointChange(serializers.Serializer[Any]):
    """What may be changed of an endpoint; what is left out stays."""

    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=2000, help_text="https, on a public address.")
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=EventType.wanted()), allow_empty=False, max_length=20
    )
    contact_email = serializers.EmailField(
        max_length=254,
        required=False,
        allow_blank=True,
        help_text="Who is told when the endpoint is switched off because it does not answer.",
    )


class EndpointRegistration(EndpointChange):
    """A new endpoint."""

    scheme = serializers.ChoiceField(choices=SignatureScheme.choices, default=SignatureScheme.HMAC)


class DeliveryQuery(PageQuery):
    """Query parameters of the delivery log."""

    status = serializers.ChoiceField(choices=DeliveryStatus.choices, required=False)
    event_type = serializers.ChoiceField(choices=EventType.choices, required=False)


class AttemptView(serializers.ModelSerializer[WebhookAttempt]):
    """One try: what was answered, or why nothing was."""

    class Meta:
        model = WebhookAttempt
        fields = ["number", "at", "response_code", "excerpt", "duration_ms", "error"]
        read_only_fields = fields


class DeliveryView(serializers.ModelSerializer[WebhookDelivery]):
    """One event on its way, with every try."""

    delivery_id = serializers.UUIDField(source="id")
    webhook_id = serializers.SerializerMethodField(help_text="The header webhook-id of every try.")
    event_type = serializers.ChoiceField(choices=EventType.choices, source="event.event_type")
    payload = serializers.JSONField(source="event.payload")
    tries = AttemptView(many=True)

    class Meta:
        model = WebhookDelivery
        fields = [
            "delivery_id", "webhook_id", "event_type", "payload", "status", "attempts", "response_code",
            "last_error", "next_attempt_at", "created_at", "tries",
        ]  # fmt: skip
        read_only_fields = fields

    def get_webhook_id(self, delivery: WebhookDelivery) -> str:
        """Return the id that the receiver sees."""
        return payloads.message_id(delivery.event_id)


class DeliveryList(serializers.Serializer[Any]):
    """A page of deliveries."""

    items = DeliveryView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class ReplayRequest(serializers.Serializer[Any]):
    """Which of an endpoint's deliveries to send again: those whose events came up in [since, until)."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(required=False, help_text="Default: now.")
    only_dead = TrueOrFalse(default=True, help_text="False: what arrived too.")


class ReplayAck(serializers.Serializer[Any]):
    """How many deliveries are on their way again, at most 1,000 a call."""

    replayed = serializers.IntegerField()


class ReadingView(serializers.ModelSerializer[ResultReading]):
    """A result of the person that a partner's program was answered with."""

    role = serializers.CharField(source="assessment.role.name", help_text="The role of the assessment.")
    program = serializers.CharField(help_text="What the program's key is called.")

    class Meta:
        model = ResultReading
        fields = ["assessment_id", "role", "program", "at"]


class ReadingList(serializers.Serializer[Any]):
    """A page of readings, the latest first."""

    items = ReadingView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
