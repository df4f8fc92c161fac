"""What becomes of the letters of nudges."""

import datetime as dt
import uuid

from django.db import transaction

from nudges.enums import LetterStatus
from nudges.models import Nudge
from ops import audit


@transaction.atomic
def note_letter(*, nudge_id: uuid.UUID, letter: LetterStatus, now: dt.datetime) -> bool:
    """Note what became of a letter that waits; return whether it did wait."""
    nudge = Nudge.objects.select_for_update().filter(pk=nudge_id, letter=LetterStatus.WAITING).first()
    if nudge is None:
        return False
    nudge.letter, nudge.sent_at = letter, now if letter == LetterStatus.SENT else None
    nudge.save(update_fields=["letter", "sent_at"])
    audit.record(
        by=None, action=f"nudge.letter_{letter.value}", resource_type="nudge", resource_id=nudge.pk,
        metadata={"kind": str(nudge.kind)},
    )  # fmt: skip
    return True
