"""Questions that wait for their answers although no job is there to give them."""

import datetime as dt
from typing import Final

from conversations import queries, services
from conversations.answering import NOTHING, UNAVAILABLE, Draft
from conversations.enums import Outcome
from conversations.models import Turn
from ops.jobs import Ensured

MOST_AT_ONCE: Final = 500
# A question whose job is merely late is not without one.
OVERDUE: Final = dt.timedelta(seconds=30)


def restore_answers(*, now: dt.datetime, since: dt.datetime) -> int:
    """Give questions the job that answers them; one whose job died without a word goes to the advisor."""
    idle = list(queries.awaiting_answer(before=now - OVERDUE)[:MOST_AT_ONCE])
    return sum(_restore(turn, now) != Ensured.ALIVE for turn in idle)


def _restore(turn: Turn, now: dt.datetime) -> Ensured:
    found = services.ensure_answering(turn)
    if found == Ensured.DEAD:
        draft = Draft(Outcome.UNAVAILABLE, UNAVAILABLE, NOTHING, degraded=True)
        services.keep(turn_id=turn.pk, draft=draft, now=now)
    return found
