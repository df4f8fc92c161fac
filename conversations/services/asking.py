"""Asking a question."""

import datetime as dt
import uuid
from typing import Final

from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from conversations.enums import Escalation, TurnStatus
from conversations.models import LONGEST_QUESTION, Conversation, Turn
from conversations.queries import ConversationMissing
from microcred.errors import Conflict, Invalid
from ops import audit, jobs
from ops.jobs import Ensured

KIND: Final = "conversations.answer"
KEPT: Final = 10
MOST_WAITING: Final = 5


class QuestionInvalid(Invalid):
    """A question cannot be like this."""

    default_code = "QUERY_400"


class EarlierWaiting(Conflict):
    """The question before it in the conversation is still being answered, and this one may lean on it."""

    default_code = "QUERY_WAITING_409"


class TooManyWaiting(Conflict):
    """The student has as many questions under way as anybody may have."""

    default_code = "QUERIES_409"


@transaction.atomic
def ask(
    *,
    by: User,
    question: str,
    conversation_id: uuid.UUID | None = None,
    seen: uuid.UUID | None = None,
    now: dt.datetime,
) -> Turn:
    """Put a question, in a conversation or a new one, and have it answered.

    Of a conversation the last ten questions are kept, and those that were handed to an advisor. ``seen`` is the latest
    question that the caller had before their eyes, the nil id where there was none: one of the same words that they
    have asked since is the same, sent twice.

    Raises:
        QuestionInvalid: if it is empty or too long.
        ConversationMissing: if there is no such conversation, or it is not the caller's own.
        EarlierWaiting: if the question before it is still being answered.
        TooManyWaiting: if the caller has ``MOST_WAITING`` under way.
    """
    said = question.strip()
    if not 0 < len(said) <= LONGEST_QUESTION:
        raise QuestionInvalid(
            f"A question has 1 to {LONGEST_QUESTION} characters.", details={"field": "question"}
        )
    lock_person(by.pk)
    sent = None if seen is None else _sent_before(by, said, conversation_id, seen)
    if sent is not None:
        return sent
    conversation = _conversation(by, conversation_id, now)
    _check_waiting(by, conversation)
    conversation.asked, conversation.updated_at = conversation.asked + 1, now
    conversation.save(update_fields=["asked", "updated_at"])
    turn = Turn.objects.create(
        conversation=conversation, number=conversation.asked, question=said, asked_at=now
    )
    forgotten = _forget_old(conversation)
    jobs.enqueue(KIND, payload={"turn_id": str(turn.pk)}, unique_key=_key(turn), share=str(by.pk))
    audit.record(
        by=by, action="query.asked", resource_type="query", resource_id=turn.pk,
        metadata={"conversation_id": str(conversation.pk), "number": turn.number, "forgotten": forgotten},
    )  # fmt: skip
    return turn


def _sent_before(by: User, said: str, conversation_id: uuid.UUID | None, seen: uuid.UUID) -> Turn | None:
    mine = Turn.objects.filter(conversation__user=by, pk__gt=seen, question=said)
    place = {"number": 1} if conversation_id is None else {"conversation": conversation_id}
    return mine.filter(**place).order_by("pk").first()


def _check_waiting(by: User, conversation: Conversation) -> None:
    waiting = list(
        Turn.objects.filter(conversation__user=by, status=TurnStatus.WAITING).values_list(
            "conversation", flat=True
        )
    )
    if conversation.pk in waiting:
        raise EarlierWaiting("Your last question here is still being answered. Ask again when it is.")
    if len(waiting) >= MOST_WAITING:
        raise TooManyWaiting(
            f"{len(waiting)} of your questions are being answered. Wait for one of them.",
            details={"most": MOST_WAITING},
        )


def ensure_answering(turn: Turn) -> Ensured:
    """Have a job of a question that waits for its answer."""
    return jobs.ensure(KIND, unique_key=_key(turn), payload={"turn_id": str(turn.pk)})


def _key(turn: Turn) -> str:
    return f"answer:{turn.pk}"


def _conversation(by: User, conversation_id: uuid.UUID | None, now: dt.datetime) -> Conversation:
    if conversation_id is None:
        return Conversation.objects.create(user=by, started_at=now, updated_at=now)
    found = Conversation.objects.select_for_update().filter(pk=conversation_id, user=by).first()
    if found is None:
        raise ConversationMissing("There is no such conversation.")
    return found


def _forget_old(conversation: Conversation) -> int:
    """Delete what is older than the last ten and was handed to nobody; return how many that were."""
    old = Turn.objects.filter(conversation=conversation, number__lte=conversation.asked - KEPT)
    forgotten = old.filter(status=TurnStatus.ANSWERED, escalation=Escalation.NONE).order_by("pk")
    # Locked first: deleting goes by ids alone, and whoever waits for one that is being handed over would delete it.
    locked = list(forgotten.select_for_update().values_list("pk", flat=True))
    return Turn.objects.filter(pk__in=locked).delete()[0]
