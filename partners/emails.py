"""Letters to those who own endpoints."""

import uuid
from typing import Final

from django.core.mail import send_mail

from partners import queries
from partners.enums import DisabledReason

WHY: Final = {
    DisabledReason.GONE: "Its last answer was 410 Gone.",
    DisabledReason.FAILING: "It has taken no message for five days.",
}


def tell_owner(*, endpoint_id: uuid.UUID, reason: DisabledReason) -> None:
    """Write to the contact of an endpoint why it is told nothing any more; not to be called in a transaction."""
    endpoint = queries.endpoint(endpoint_id)
    if not endpoint.contact_email:
        return
    send_mail(
        subject=f"MicroCred sends nothing more to {endpoint.name}",
        message=(
            f"The endpoint {endpoint.name} ({endpoint.url}) was switched off. {WHY[reason]}\n\n"
            "What was on its way to it is kept. When it answers again, switch it on\n"
            f"(POST /api/v1/webhooks/endpoints/{endpoint.pk}/activate, or ask the institution)\n"
            "and have the messages that it missed sent again."
        ),
        from_email=None,
        recipient_list=[endpoint.contact_email],
    )
