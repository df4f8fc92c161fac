"""Threads of questions that were handed to advisors: what stands in them, and what is unread by whom."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import User
from conversations.enums import Escalation, Side
from conversations.models import ThreadMessage, Turn
from conversations.queries.turns import visible_to
from microcred.errors import Missing


class ThreadMissing(Missing):
    """There is no such thread, or none that the caller may see."""

    default_code = "THREAD_404"


@dataclass(frozen=True, slots=True)
class Unread:
    """What advisors have written in a thread and its student has not read; ``first`` is the number of the first."""

    user_id: uuid.UUID
    turn_id: uuid.UUID
    first: int
    messages: int
    since: dt.datetime
    asked_at: dt.datetime


class Threads:
    """Threads in an order, of which only a part is read."""

    def __init__(self, by: User, rows: QuerySet[Turn]) -> None:
        self._by = by
        self._rows = rows

    def count(self) -> int:
        """Return how many there are."""
        return self._rows.count()

    def __getitem__(self, part: slice) -> list[Turn]:
        # Their order is found by their keys: messages are not counted, nor answers sorted, of what comes before.
        order = list(self._rows.values_list("pk", flat=True)[part])
        found = _counted(self._by, Turn.objects.filter(pk__in=order)).in_bulk()
        return [found[pk] for pk in order if pk in found]


def threads(by: User, *, escalation: str = "", unread: bool | None = None) -> Threads:
    """Return the threads that the caller may see: what is unread first, then what waits, the longest first, and of the
    others the latest.

    ``escalation`` and ``unread`` narrow them. ``said`` is the number of messages, ``unread`` of those that the other
    side wrote and the caller's has not read; to advisors the question itself is one of them until they have read it.
    """
    found = visible_to(by).exclude(escalation=Escalation.NONE).select_related(None)
    is_new = _is_new_to_student() if by.role == Role.STUDENT else _is_new_to_advisor()
    if escalation:
        found = found.filter(escalation=escalation)
    if unread is not None:
        found = found.filter(is_new) if unread else found.exclude(is_new)
    new_first = Case(When(is_new, then=0), default=1, output_field=IntegerField())
    moved_at = Coalesce("written_at", "escalated_at")
    return Threads(by, found.order_by(new_first, "-escalation", "waits_since", moved_at.desc(), "-pk"))


def get_thread(*, by: User, turn_id: uuid.UUID) -> Turn:
    """Return a thread as :func:`threads` does; raises ThreadMissing."""
    rows = visible_to(by).exclude(escalation=Escalation.NONE).filter(pk=turn_id)
    found = _counted(by, rows).first()
    if found is None:
        raise ThreadMissing("There is no such thread.")
    return found


def locked_thread(*, by: User, turn_id: uuid.UUID) -> Turn:
    """Return a thread, locked until the transaction ends; raises ThreadMissing."""
    rows = visible_to(by).exclude(escalation=Escalation.NONE).filter(pk=turn_id)
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise ThreadMissing("There is no such thread.")
    return found


def messages_of(turn: Turn) -> QuerySet[ThreadMessage]:
    """Return what was said in a thread, in order, with who said it."""
    return ThreadMessage.objects.filter(turn=turn).select_related("author").order_by("number")


def unread_replies(user_ids: Collection[uuid.UUID], *, since: dt.datetime) -> list[Unread]:
    """Return the threads of these students in which an advisor has written since then and that they have not read."""
    rows = ThreadMessage.objects.order_by().filter(
        turn__conversation__user__in=user_ids, side=Side.ADVISOR, number__gt=F("turn__student_read"),
        turn__written_at__gte=since,
    )  # fmt: skip
    found = rows.values("turn", "turn__conversation__user", "turn__asked_at").annotate(
        first=Min("number"), messages=Count("pk"), at=Min("sent_at")
    )
    return [
        Unread(
            one["turn__conversation__user"], one["turn"], one["first"], one["messages"], one["at"],
            one["turn__asked_at"],
        )
        for one in found
    ]  # fmt: skip


def _counted(by: User, rows: QuerySet[Turn]) -> QuerySet[Turn]:
    return rows.select_related("conversation__user").annotate(
        said=_count(ThreadMessage.objects.all()),
        unread=_unread_by_student() if by.role == Role.STUDENT else _unread_by_advisor(),
        moved_at=Coalesce("written_at", "escalated_at"),
    )


def _count(rows: QuerySet[ThreadMessage]) -> Coalesce:
    counted = rows.filter(turn=OuterRef("pk")).order_by().values("turn").annotate(number_of=Count("pk"))
    return Coalesce(Subquery(counted.values("number_of")), Value(0))


def _new_to_student() -> QuerySet[ThreadMessage]:
    return ThreadMessage.objects.filter(side=Side.ADVISOR, number__gt=OuterRef("student_read"))


def _new_to_advisor() -> QuerySet[ThreadMessage]:
    read = Coalesce(OuterRef("advisor_read"), Value(0))
    return ThreadMessage.objects.filter(side=Side.STUDENT, number__gt=read)


def _is_new_to_student() -> Q:
    return Q(Exists(_new_to_student().filter(turn=OuterRef("pk")).order_by()))


def _is_new_to_advisor() -> Q:
    return Q(advisor_read__isnull=True) | Q(Exists(_new_to_advisor().filter(turn=OuterRef("pk")).order_by()))


def _unread_by_student() -> Coalesce:
    return _count(_new_to_student())


def _unread_by_advisor() -> CombinedExpression:
    question = Case(When(advisor_read__isnull=True, then=1), default=0, output_field=IntegerField())
    return _count(_new_to_advisor()) + question
