"""Erasing what partners were told of a person, and what they read."""

import uuid

from django.db.models import Q

from partners.models import LtiGrade, LtiLink, ResultReading, WebhookEvent


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete the events of a person's assessments with their deliveries and tries, who read their results, and who they
    are to learning platforms."""
    about = Q(assessment__user=person_id) | Q(recommendation__assessment__user=person_id)
    return {
        "webhook_events": WebhookEvent.objects.filter(about).delete()[0],
        "result_readings": ResultReading.objects.filter(assessment__user=person_id).delete()[0],
        "lti_grades": LtiGrade.objects.filter(person=person_id).delete()[0],
        "lti_links": LtiLink.objects.filter(person=person_id).delete()[0],
    }
