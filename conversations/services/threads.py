"""Writing in the thread of a question, reading it, and closing it."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from conversations import queries
from conversations.enums import Escalation, Side
from conversations.models import LONGEST_REPLY, ThreadMessage, Turn
from microcred.errors import Conflict, Invalid
from ops import audit

#: So much a student writes before an advisor has said something.
MOST_IN_A_ROW: Final = 20


class MessageInvalid(Invalid):
    """A message cannot be like this."""

    default_code = "REPLY_400"


class ThreadMoved(Conflict):
    """The other side, or a colleague, has written what the caller has not seen."""

    default_code = "THREAD_MOVED_409"


class ThreadClosed(Conflict):
    """The thread is closed already."""

    default_code = "THREAD_CLOSED_409"


class TooManyMessages(Conflict):
    """The student has written as much as anybody may before an advisor answers."""

    default_code = "MESSAGES_409"


@transaction.atomic
def write(
    *, by: User, turn_id: uuid.UUID, text: str, up_to: int | None = None, now: dt.datetime
) -> ThreadMessage:
    """Add to a thread, which opens it again where it was closed; what stood there before counts as read by one's side.

    Raises:
        ThreadMissing: if there is no such thread, or none that the caller may see.
        MessageInvalid: if the text is empty or too long.
        ThreadMoved: if there is a message after ``up_to``, the last that the caller has seen.
        TooManyMessages: if the student has written ``MOST_IN_A_ROW`` messages in a row.
    """
    turn = queries.locked_thread(by=by, turn_id=turn_id)
    said = checked_text(text)
    if up_to is not None:
        _check_seen(turn, up_to)
    side = side_of(by)
    if side == Side.STUDENT:
        _check_room(turn)
    message = add(turn, by=by, side=side, text=said, now=now)
    _record(by, "message_added", turn, number=message.number)
    return message


@transaction.atomic
def mark_read(*, by: User, turn_id: uuid.UUID, up_to: int) -> Turn:
    """Note that one's side has read a thread up to a message, 0 for the question alone. What was read stays read.

    Raises:
        ThreadMissing: if there is no such thread, or none that the caller may see.
    """
    turn = queries.locked_thread(by=by, turn_id=turn_id)
    up_to = min(up_to, _last_number(turn))
    if side_of(by) == Side.STUDENT:
        turn.student_read = max(turn.student_read, up_to)
    else:
        turn.advisor_read = max(turn.advisor_read or 0, up_to)
    turn.save(update_fields=["student_read", "advisor_read"])
    _record(by, "read", turn, number=up_to)
    return turn


@transaction.atomic
def close(*, by: User, turn_id: uuid.UUID, up_to: int, now: dt.datetime) -> Turn:
    """Close a thread of a student whom one looks after, until somebody writes in it again.

    Raises:
        ThreadMissing: if there is no such thread, or none that the caller may see.
        ThreadMoved: if there is a message after ``up_to``, the last that the caller has seen.
        ThreadClosed: if it is closed.
    """
    turn = queries.locked_thread(by=by, turn_id=turn_id)
    if turn.escalation == Escalation.CLOSED:
        raise ThreadClosed("The thread is closed already.")
    _check_seen(turn, up_to)
    turn.escalation, turn.closed_at, turn.waits_since = Escalation.CLOSED, now, None
    turn.advisor_read = _last_number(turn)
    turn.save(update_fields=["escalation", "closed_at", "waits_since", "advisor_read"])
    _record(by, "closed", turn)
    return turn


def side_of(by: User) -> Side:
    """Return on which side of a thread a person speaks."""
    return Side.STUDENT if by.role == Role.STUDENT else Side.ADVISOR


def checked_text(text: str) -> str:
    """Return what is said; raises MessageInvalid."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST_REPLY:
        raise MessageInvalid(f"A message has 1 to {LONGEST_REPLY} characters.", details={"field": "text"})
    return said


def add(turn: Turn, *, by: User, side: Side, text: str, now: dt.datetime) -> ThreadMessage:
    """Add a message to the thread of a question that is locked, and have it stand where it then does."""
    message = ThreadMessage.objects.create(
        turn=turn, number=_last_number(turn) + 1, side=side, author=by, text=text, sent_at=now
    )
    turn.written_at, turn.closed_at = now, None
    if side == Side.STUDENT:
        turn.waits_since = turn.waits_since or now
        turn.escalation, turn.student_read = Escalation.WAITING, message.number
    else:
        turn.escalation, turn.waits_since, turn.advisor_read = Escalation.REPLIED, None, message.number
        turn.reply, turn.replied_by, turn.replied_at = text, by, now
    turn.save(
        update_fields=[
            "escalation", "waits_since", "written_at", "closed_at", "student_read", "advisor_read", "reply",
            "replied_by", "replied_at",
        ]
    )  # fmt: skip
    return message


def _check_seen(turn: Turn, up_to: int) -> None:
    if _last_number(turn) > up_to:
        raise ThreadMoved("Something was written meanwhile. Read it first.", details={"up_to": up_to})


def _check_room(turn: Turn) -> None:
    last = (
        turn.messages.filter(side=Side.ADVISOR).order_by("-number").values_list("number", flat=True).first()
    )
    if turn.messages.filter(number__gt=last or 0).count() >= MOST_IN_A_ROW:
        raise TooManyMessages(
            f"You have written {MOST_IN_A_ROW} messages. Wait for your advisor.",
            details={"most": MOST_IN_A_ROW},
        )


def _last_number(turn: Turn) -> int:
    return turn.messages.order_by("-number").values_list("number", flat=True).first() or 0


def _record(by: User, action: str, turn: Turn, **said: int) -> None:
    audit.record(
        by=by, action=f"thread.{action}", resource_type="query", resource_id=turn.pk,
        metadata={"conversation_id": str(turn.conversation_id), **said},
    )  # fmt: skip
