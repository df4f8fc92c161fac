"""The fixed words of partners."""

from django.db import models


class EventType(models.TextChoices):
    """What partners can be told; the last one is sent on demand, to one endpoint."""

    ASSESSMENT_COMPLETED = "assessment.completed"
    ASSESSMENT_FAILED = "assessment.failed"
    RECOMMENDATION_READY = "recommendation.ready"
    RECOMMENDATION_UPDATED = "recommendation.updated"
    RECOMMENDATION_FEEDBACK = "recommendation.feedback"
    ENDPOINT_TEST = "endpoint.test"

    @classmethod
    def wanted(cls) -> list[str]:
        """Return the types that an endpoint can want."""
        return [value for value in cls.values if value != cls.ENDPOINT_TEST]


class EventStatus(models.TextChoices):
    """How far an event has got: unheard means that no endpoint wanted it, dead that one never took it."""

    UNHEARD = "unheard"
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class DeliveryStatus(models.TextChoices):
    """How far an event has got with one endpoint; a dead delivery goes on only when staff sends it again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class DisabledReason(models.TextChoices):
    """Why an endpoint is told nothing."""

    STAFF = "staff"
    PARTNER = "partner"
    GONE = "gone"
    FAILING = "failing"


class SignatureScheme(models.TextChoices):
    """How messages are signed: with a secret that both sides know, or with a key only we have."""

    HMAC = "hmac", "HMAC-SHA256 (v1)"
    ED25519 = "ed25519", "Ed25519 (v1a)"
