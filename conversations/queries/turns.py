"""Questions and conversations, and who may see them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.policy import sees_student
from conversations.enums import Escalation, TurnStatus
from conversations.models import Conversation, Turn
from microcred.errors import Missing
from ops import queries as jobs

USED: Final = 3
ANSWERING: Final = "conversations.answer"


class TurnMissing(Missing):
    """There is no such question, or none that the caller may see."""

    default_code = "QUERY_404"


class ConversationMissing(Missing):
    """There is no such conversation, or none that the caller may see."""

    default_code = "CONVERSATION_404"


def visible_to(by: User) -> QuerySet[Turn]:
    """Return the questions that the caller may see: their own, and those of the students whom they look after."""
    return Turn.objects.filter(sees_student(by, path="conversation__user")).select_related("conversation")


def get_visible(*, by: User, turn_id: uuid.UUID) -> Turn:
    """Return a question.

    Raises:
        TurnMissing: if it is not there or not for the caller to see.
    """
    found = visible_to(by).filter(pk=turn_id).first()
    if found is None:
        raise TurnMissing("There is no such question.")
    return found


def locked_turn(*, by: User, turn_id: uuid.UUID) -> Turn:
    """Return a question as `get_visible` does, locked until the transaction ends. Raises TurnMissing."""
    found = visible_to(by).filter(pk=turn_id).select_for_update(of=("self",)).first()
    if found is None:
        raise TurnMissing("There is no such question.")
    return found


def own_turn(*, by: User, turn_id: uuid.UUID) -> Turn:
    """Return a question of the caller's own, locked until the transaction ends. Raises TurnMissing."""
    mine = Turn.objects.filter(pk=turn_id, conversation__user=by).select_related("conversation")
    found = mine.select_for_update(of=("self",)).first()
    if found is None:
        raise TurnMissing("There is no such question.")
    return found


def conversation_visible(*, by: User, conversation_id: uuid.UUID) -> Conversation:
    """Return a conversation with its questions in order, and who replied to them.

    Raises:
        ConversationMissing: if it is not there or not for the caller to see.
    """
    turns = Prefetch("turns", queryset=Turn.objects.order_by("number").select_related("replied_by"))
    visible = Conversation.objects.filter(sees_student(by, path="user")).prefetch_related(turns)
    found = visible.filter(pk=conversation_id).first()
    if found is None:
        raise ConversationMissing("There is no such conversation.")
    return found


def escalated(by: User) -> QuerySet[Turn]:
    """Return what waits for the caller's reply, the longest first."""
    waiting = visible_to(by).filter(escalation=Escalation.WAITING)
    return waiting.select_related("conversation__user").order_by(
        Coalesce("waits_since", "escalated_at"), "pk"
    )


def own_turns(by: User) -> QuerySet[Turn]:
    """Return what the caller has asked, the latest first."""
    return Turn.objects.filter(conversation__user=by).order_by("-asked_at", "-pk")


def to_answer(turn_id: uuid.UUID) -> Turn | None:
    """Return a question that waits for its answer; None where it has one, or is gone. For background work."""
    waiting = Turn.objects.filter(pk=turn_id, status=TurnStatus.WAITING)
    return waiting.select_related("conversation__user").first()


def earlier_turns(turn: Turn) -> Sequence[Turn]:
    """Return the last questions before this one that were answered, the latest first."""
    before = Turn.objects.filter(
        conversation=turn.conversation_id, number__lt=turn.number, status=TurnStatus.ANSWERED
    )
    return list(before.order_by("-number")[:USED])


def awaiting_answer(*, before: dt.datetime) -> QuerySet[Turn]:
    """Return questions asked before a time that wait for their answers although no job is at it."""
    waiting = Turn.objects.filter(
        ~jobs.is_worked_on(ANSWERING, "turn_id"), status=TurnStatus.WAITING, asked_at__lt=before
    )
    return waiting.order_by("asked_at")
