"""Handing a question to the student's advisor, and replying to it."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.models import User
from conversations import queries
from conversations.enums import Escalation, Side, TurnStatus
from conversations.models import Turn
from conversations.services.threads import add, checked_text
from microcred.errors import Conflict
from ops import audit


class NotAnswered(Conflict):
    """The question is still being answered."""

    default_code = "QUERY_WAITING_409"


class AlreadyEscalated(Conflict):
    """The question was handed to the advisor before."""

    default_code = "ESCALATION_409"


class NothingToReply(Conflict):
    """The question does not wait for an advisor: nobody handed it over, or somebody has replied."""

    default_code = "REPLY_409"


@transaction.atomic
def escalate(*, by: User, turn_id: uuid.UUID, now: dt.datetime) -> Turn:
    """Have a question of one's own wait for one's advisor.

    Raises:
        TurnMissing: if there is no such question of the caller's.
        NotAnswered: if it is still being answered.
        AlreadyEscalated: if it waits already, or was replied to.
    """
    turn = queries.own_turn(by=by, turn_id=turn_id)
    if turn.status != TurnStatus.ANSWERED:
        raise NotAnswered("The question is still being answered.")
    if turn.escalation != Escalation.NONE:
        raise AlreadyEscalated("Your advisor has this question already.")
    turn.escalation, turn.escalated_at, turn.waits_since = Escalation.WAITING, now, now
    turn.save(update_fields=["escalation", "escalated_at", "waits_since"])
    _record(by, "escalated", turn)
    return turn


@transaction.atomic
def reply(*, by: User, turn_id: uuid.UUID, text: str, now: dt.datetime) -> Turn:
    """Reply to a question of a student whom one looks after, where it waits for that.

    Raises:
        TurnMissing: if there is no such question, or none that the caller may see.
        MessageInvalid: if the text is empty or too long.
        NothingToReply: if it does not wait for a reply, or somebody was faster.
    """
    turn = queries.locked_turn(by=by, turn_id=turn_id)
    said = checked_text(text)
    if turn.escalation != Escalation.WAITING:
        raise NothingToReply(
            "The question does not wait for a reply.", details={"escalation": turn.escalation}
        )
    add(turn, by=by, side=Side.ADVISOR, text=said, now=now)
    _record(by, "replied", turn)
    return turn


def _record(by: User, action: str, turn: Turn) -> None:
    audit.record(
        by=by, action=f"query.{action}", resource_type="query", resource_id=turn.pk,
        metadata={"conversation_id": str(turn.conversation_id), "number": turn.number},
    )  # fmt: skip
