"""Questions that students handed to their advisors, ready for the page."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from companion.cited_passages import CitedPassage, Documents, cited_passage, documents_cited
from conversations import queries as conversations
from conversations.enums import Author, Band, Escalation, Outcome, Side

OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.ANSWER: "Answered",
    Outcome.OVERVIEW: "Overview only",
    Outcome.UNCLEAR: "Asked back",
    Outcome.OUT_OF_SCOPE: "Out of scope",
    Outcome.UNAVAILABLE: "Not answered",
}
AUTHORS: Final[Mapping[str, str]] = {
    Author.PASSAGES: "in the catalog’s own words",
    Author.MODEL: "by a model, from the catalog",
}
BANDS: Final[Mapping[str, tuple[str, str]]] = {
    Band.HIGH: ("high confidence", "good"),
    Band.MEDIUM: ("medium confidence", "warn"),
    Band.LOW: ("low confidence", "bad"),
}
PARTS: Final[Mapping[str, str]] = {
    "self_assessment": "the model’s own opinion",
    "relevance": "relevance of what was found",
    "clarity": "clarity of the question",
    "completeness": "completeness",
}
STANDINGS: Final[Mapping[str, tuple[str, str]]] = {
    Escalation.WAITING: ("Waits", "warn"),
    Escalation.REPLIED: ("Replied", "plain"),
    Escalation.CLOSED: ("Closed", "plain"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer as the student reads it; ``parts`` are those of the confidence, in words, with their
    values from 0 to 1."""

    pk: uuid.UUID
    question: str
    asked_at: dt.datetime
    outcome: str
    answer: str
    author: str
    band: tuple[str, str]
    parts: tuple[tuple[str, float], ...]
    passages: tuple[CitedPassage, ...]
    is_handed_over: bool
    awaits_reply: bool
    reply: str
    replied_by: str
    replied_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the thread; ``is_new`` where it is the student's and no advisor has said that they have read it."""

    number: int
    who: str
    is_student: bool
    text: str
    sent_at: dt.datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question that was handed over, within the conversation that it was asked in, and its thread.

    ``unread`` counts what the student wrote and no advisor has read, the question itself included; ``last`` is the
    number of the last message, 0 where there is none.
    """

    pk: uuid.UUID
    student: str
    handed_over_at: dt.datetime | None
    standing: tuple[str, str]
    is_closed: bool
    unread: int
    last: int
    thread: tuple[Said, ...]
    conversation: tuple[Asked, ...]


def inquiry(*, by: User, turn_id: uuid.UUID) -> Inquiry:
    """Return a question with the conversation around it.

    Raises:
        ThreadMissing: if it is not there, not for the caller to see, or was handed to nobody.
    """
    turn: Any = conversations.get_thread(by=by, turn_id=turn_id)
    around = conversations.conversation_visible(by=by, conversation_id=turn.conversation_id)
    turns: Sequence[Any] = list(around.turns.all())
    documents = documents_cited(citation for one in turns for citation in one.citations)
    thread = tuple(_said(one, turn.advisor_read or 0) for one in conversations.messages_of(turn))
    return Inquiry(
        pk=turn.pk,
        student=str(around.user),
        handed_over_at=turn.escalated_at,
        standing=STANDINGS[turn.escalation],
        is_closed=turn.escalation == Escalation.CLOSED,
        unread=turn.unread,
        last=thread[-1].number if thread else 0,
        thread=thread,
        conversation=tuple(_asked(one, documents) for one in turns),
    )


def _said(message: Any, read: int) -> Said:
    is_student = message.side == Side.STUDENT
    return Said(
        number=message.number,
        who=str(message.author or "An advisor"),
        is_student=is_student,
        text=message.text,
        sent_at=message.sent_at,
        is_new=is_student and message.number > read,
    )


def _asked(turn: Any, documents: Documents) -> Asked:
    return Asked(
        pk=turn.pk,
        question=turn.question,
        asked_at=turn.asked_at,
        outcome=OUTCOMES.get(turn.outcome, "Being answered"),
        answer=turn.answer,
        author=AUTHORS.get(turn.author, ""),
        band=BANDS.get(turn.band, ("", "")) if turn.outcome == Outcome.ANSWER else ("", ""),
        parts=tuple(
            (word, float(value))
            for name, word in PARTS.items()
            if turn.outcome == Outcome.ANSWER and (value := getattr(turn, name)) is not None
        ),
        passages=tuple(cited_passage(citation, documents) for citation in turn.citations),
        is_handed_over=turn.escalation != Escalation.NONE,
        awaits_reply=turn.escalation == Escalation.WAITING,
        reply=turn.reply,
        replied_by=str(turn.replied_by or ""),
        replied_at=turn.replied_at,
    )
