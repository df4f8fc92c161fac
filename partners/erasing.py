"""Erasing what partners were told of a person."""

import uuid

from django.db.models import Q

from partners.models import WebhookEvent


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete the events of a person's assessments with their deliveries and tries."""
    about = Q(assessment__user=person_id) | Q(recommendation__assessment__user=person_id)
    return {"webhook_events": WebhookEvent.objects.filter(about).delete()[0]}
