"""What a student asked and what came of it, ready for their page: no more than the API tells them."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from companion.cited import Piece, Source, pieces
from companion.cited_passages import CitedPassage, cited_passage, documents_cited
from companion.words import Label
from conversations import queries
from conversations.enums import Band, Escalation, Outcome, Side, TurnStatus

BEING_ANSWERED: Final = Label("Being answered", "busy")
OUTCOMES: Final[Mapping[str, Label]] = {
    Outcome.ANSWER: Label("Answered", "good"),
    Outcome.OVERVIEW: Label("With your advisor", "warn"),
    Outcome.UNCLEAR: Label("Asks back", "warn"),
    Outcome.OUT_OF_SCOPE: Label("Answered"),
    Outcome.UNAVAILABLE: Label("With your advisor", "warn"),
}
STANDINGS: Final[Mapping[str, Label]] = {
    Escalation.WAITING: Label("With your advisor", "warn"),
    Escalation.REPLIED: Label("Your advisor replied", "good"),
    Escalation.CLOSED: Label("Closed by your advisor", "plain"),
}
BANDS: Final[Mapping[str, tuple[Label, str]]] = {
    Band.HIGH: (Label("High confidence", "good"), "The sources below bear this answer out."),
    Band.MEDIUM: (Label("Medium confidence", "warn"), "The sources below bear most of this answer out."),
    Band.LOW: (Label("Low confidence", "bad"), "The sources below bear little of this answer out."),
}
#: An answer takes seconds; a page that still waits after this long stops looking by itself.
LOOKS_FOR: Final = dt.timedelta(minutes=2)
#: Of so many threads a list says what is unread, more than anybody leaves so.
MOST_UNREAD: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A question in a list; ``unread`` counts what an advisor wrote there and the student has not read."""

    pk: uuid.UUID
    question: str
    asked_at: dt.datetime
    label: Label
    unread: int


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the thread."""

    number: int
    is_mine: bool
    text: str
    sent_at: dt.datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, its thread and the other questions of its conversation.

    ``confidence`` is the word for how far the answer can be relied on and what that means, None where there is no
    answer of the catalog. ``last`` is the number of the last message, 0 where there is none. ``looks_again`` says
    whether the page should ask anew for the answer by itself.
    """

    line: Line
    conversation_id: uuid.UUID
    is_waiting: bool
    looks_again: bool
    answer: tuple[Piece, ...]
    confidence: tuple[Label, str] | None
    disclaimer: str
    sources: tuple[CitedPassage, ...]
    is_handed_over: bool
    is_closed: bool
    thread: tuple[Said, ...]
    last: int
    others: tuple[Line, ...]
    may_go_on: bool


def unread_threads(by: User) -> Sequence[Any]:
    """Return the caller's questions about which an advisor wrote something that they have not read."""
    return queries.threads(by, unread=True)[:MOST_UNREAD]


def lines(turns: Sequence[Any], *, threads: Sequence[Any]) -> list[Line]:
    """Return questions as their list shows them, with what is unread in ``threads``."""
    unread = {one.pk: one.unread for one in threads}
    return [_line(turn, unread.get(turn.pk, 0)) for turn in turns]


def asked(*, by: User, turn_id: uuid.UUID, now: dt.datetime) -> Asked:
    """Return one question of the caller.

    Raises:
        TurnMissing: if there is none such of theirs.
    """
    turn: Any = queries.get_visible(by=by, turn_id=turn_id)
    around: Any = queries.conversation_visible(by=by, conversation_id=turn.conversation_id)
    turns = list(around.turns.all())
    thread = _thread(turn) if turn.escalation != Escalation.NONE else ()
    is_waiting = turn.status == TurnStatus.WAITING
    sources = _sources(turn.citations)
    return Asked(
        line=_line(turn, sum(one.is_new for one in thread)),
        conversation_id=turn.conversation_id,
        is_waiting=is_waiting,
        looks_again=is_waiting and now - turn.asked_at < LOOKS_FOR,
        answer=pieces(
            turn.answer, {one.mark: Source(one.mark, f"#source-{one.mark}", one.title) for one in sources}
        ),
        confidence=BANDS.get(turn.band) if turn.outcome == Outcome.ANSWER else None,
        disclaimer=turn.disclaimer,
        sources=sources,
        is_handed_over=turn.escalation != Escalation.NONE,
        is_closed=turn.escalation == Escalation.CLOSED,
        thread=thread,
        last=thread[-1].number if thread else 0,
        others=tuple(_line(one, 0) for one in turns if one.pk != turn.pk),
        may_go_on=all(one.status == TurnStatus.ANSWERED for one in turns),
    )


def _line(turn: Any, unread: int) -> Line:
    label = STANDINGS.get(turn.escalation) or OUTCOMES.get(turn.outcome, BEING_ANSWERED)
    return Line(turn.pk, turn.question, turn.asked_at, label, unread)


def _sources(citations: Sequence[Mapping[str, Any]]) -> tuple[CitedPassage, ...]:
    """Return the passages, with the documents of credentials that are on offer, which alone students may open."""
    found = documents_cited(citations)
    on_offer = {key: one for key, one in found.items() if one.credential.active}
    return tuple(cited_passage(one, on_offer) for one in citations)


def _thread(turn: Any) -> tuple[Said, ...]:
    return tuple(
        Said(
            number=one.number,
            is_mine=one.side == Side.STUDENT,
            text=one.text,
            sent_at=one.sent_at,
            is_new=one.side == Side.ADVISOR and one.number > turn.student_read,
        )
        for one in queries.messages_of(turn)
    )
