"""The background work of nudges."""

import uuid

from django.utils import timezone

from microcred import email_delivery
from nudges import queries, services
from nudges.emails import written
from nudges.enums import LetterStatus
from ops.jobs import Claim, RetryLater


def send_letter(claim: Claim) -> None:
    """Send the letter of a nudge, outside any transaction, unless it is not wanted any more.

    One that could not be sent before the quiet hours is dropped: what is in the app says the same.
    """
    nudge_id = uuid.UUID(claim.payload["nudge_id"])
    letter = queries.letter(nudge_id, now=timezone.now())
    if letter is None:
        return
    became = LetterStatus.DROPPED
    if letter.is_wanted:
        try:
            email_delivery.send(written(letter))
            became = LetterStatus.SENT
        except email_delivery.RecipientRefused:
            became = LetterStatus.FAILED
        except email_delivery.DeliveryDeferred:
            raise RetryLater("the mail server did not take the letter") from None
    with claim.finish():
        services.note_letter(nudge_id=nudge_id, letter=became, now=timezone.now())


def give_up_letter(claim: Claim) -> None:
    """Do without a letter that no mail server took; what is in the app stays."""
    with claim.finish():
        services.note_letter(
            nudge_id=uuid.UUID(claim.payload["nudge_id"]), letter=LetterStatus.FAILED, now=timezone.now()
        )
