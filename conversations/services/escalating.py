"""Handing a question to the student's advisor, and replying to it."""

import datetime as dt
import uuid

from django.db import transaction

from accounts.models import User
from conversations import queries
from conversations.enums import Escalation, TurnStatus
from conversations.models import LONGEST_REPLY, Turn
from microcred.errors import Conflict, Invalid
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


class ReplyInvalid(Invalid):
    """A reply cannot be like this."""

    default_code = "REPLY_400"


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
    turn.escalation, turn.escalated_at = Escalation.WAITING, now
    turn.save(update_fields=["escalation", "escalated_at"])
    _record(by, "escalated", turn)
    return turn


@transaction.atomic
def reply(*, by: User, turn_id: uuid.UUID, text: str, now: dt.datetime) -> Turn:
    """Reply to a question of a student whom one looks after.

    Raises:
        TurnMissing: if there is no such question, or none that the caller may see.
        ReplyInvalid: if the text is empty or too long.
        NothingToReply: if it does not wait for a reply, or somebody was faster.
    """
    queries.get_visible(by=by, turn_id=turn_id)
    said = text.strip()
    if not 0 < len(said) <= LONGEST_REPLY:
        raise ReplyInvalid(f"A reply has 1 to {LONGEST_REPLY} characters.", details={"field": "text"})
    turn = Turn.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=turn_id)
    if turn.escalation != Escalation.WAITING:
        raise NothingToReply(
            "The question does not wait for a reply.", details={"escalation": turn.escalation}
        )
    turn.escalation, turn.reply, turn.replied_by, turn.replied_at = Escalation.REPLIED, said, by, now
    turn.save(update_fields=["escalation", "reply", "replied_by", "replied_at"])
    _record(by, "replied", turn)
    return turn


def _record(by: User, action: str, turn: Turn) -> None:
    audit.record(
        by=by, action=f"query.{action}", resource_type="query", resource_id=turn.pk,
        metadata={"conversation_id": str(turn.conversation_id), "number": turn.number},
    )  # fmt: skip
