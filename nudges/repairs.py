"""Letters that wait and that nobody sends."""

import datetime as dt
import uuid
from typing import Final

from nudges import queries, services
from nudges.enums import LetterStatus
from nudges.services.telling import LETTER, letter_key
from ops import jobs
from ops import queries as looks
from ops.jobs import Ensured

MOST_AT_ONCE: Final = 500
# A letter whose job is merely late is not without one.
OVERDUE: Final = dt.timedelta(minutes=2)


def restore_letters(*, now: dt.datetime, since: dt.datetime) -> int:
    """Have waiting letters sent; one whose job died without a word has failed."""
    waiting = queries.waiting_letters(before=now - OVERDUE)
    idle = waiting.filter(~looks.is_worked_on(LETTER, "nudge_id")).values_list("pk", flat=True)
    return sum(_restore(nudge_id, now) != Ensured.ALIVE for nudge_id in list(idle[:MOST_AT_ONCE]))


def _restore(nudge_id: uuid.UUID, now: dt.datetime) -> Ensured:
    found = jobs.ensure(LETTER, unique_key=letter_key(nudge_id), payload={"nudge_id": str(nudge_id)})
    if found == Ensured.DEAD:
        services.note_letter(nudge_id=nudge_id, letter=LetterStatus.FAILED, now=now)
    return found
