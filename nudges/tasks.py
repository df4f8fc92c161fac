"""The background work of nudges."""

import uuid

from django.utils import timezone

from microcred import letters
from nudges import queries, services
from nudges.enums import LetterStatus
from nudges.letters import written
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
            letters.send(written(letter))
            became = LetterStatus.SENT
        except letters.AddressRefused:
            became = LetterStatus.FAILED
        except letters.NotTaken:
            raise RetryLater("the mail server did not take the letter") from None
    with claim.finish():
        services.note_letter(nudge_id=nudge_id, letter=became, now=timezone.now())


def give_up_letter(claim: Claim) -> None:
    """Do without a letter that no mail server took; what is in the app stays."""
    with claim.finish():
        services.note_letter(
            nudge_id=uuid.UUID(claim.payload["nudge_id"]), letter=LetterStatus.FAILED, now=timezone.now()
        )
