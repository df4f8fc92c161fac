"""The fixed words of partners."""

from django.db import models


class EventType(models.TextChoices):
    """What partners can be told."""

    ASSESSMENT_COMPLETED = "assessment.completed"
    ASSESSMENT_FAILED = "assessment.failed"
    RECOMMENDATION_READY = "recommendation.ready"
    RECOMMENDATION_UPDATED = "recommendation.updated"
    RECOMMENDATION_FEEDBACK = "recommendation.feedback"


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
    GONE = "gone"
