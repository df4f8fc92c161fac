"""Threads of questions that were handed to advisors: what stands in them, and what is unread by whom."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Min, OuterRef, QuerySet, Subquery, Value, When
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


def threads(by: User, *, escalation: str = "", unread: bool | None = None) -> QuerySet[Turn]:
    """Return the threads that the caller may see: what is unread first, then what waits, the longest first, and of the
    others the latest.

    ``escalation`` and ``unread`` narrow them. ``said`` is the number of messages, ``unread`` of those that the other
    side wrote and the caller's has not read; to advisors the question itself is one of them until they have read it.
    """
    rows = visible_to(by).exclude(escalation=Escalation.NONE).select_related("conversation__user")
    found = rows.annotate(
        said=_count(ThreadMessage.objects.all()),
        unread=_unread_by_student() if by.role == Role.STUDENT else _unread_by_advisor(),
        moved_at=Coalesce("written_at", "escalated_at"),
    )
    if escalation:
        found = found.filter(escalation=escalation)
    if unread is not None:
        found = found.filter(unread__gt=0) if unread else found.filter(unread=0)
    is_new = Case(When(unread__gt=0, then=0), default=1, output_field=IntegerField())
    return found.order_by(is_new, "-escalation", "waits_since", "-moved_at", "-pk")


def get_thread(*, by: User, turn_id: uuid.UUID) -> Turn:
    """Return a thread as :func:`threads` does; raises ThreadMissing."""
    found = threads(by).filter(pk=turn_id).first()
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


def _count(rows: QuerySet[ThreadMessage]) -> Coalesce:
    counted = rows.filter(turn=OuterRef("pk")).order_by().values("turn").annotate(number_of=Count("pk"))
    return Coalesce(Subquery(counted.values("number_of")), Value(0))


def _unread_by_student() -> Coalesce:
    return _count(ThreadMessage.objects.filter(side=Side.ADVISOR, number__gt=OuterRef("student_read")))


def _unread_by_advisor() -> CombinedExpression:
    read = Coalesce(OuterRef("advisor_read"), Value(0))
    question = Case(When(advisor_read__isnull=True, then=1), default=0, output_field=IntegerField())
    return _count(ThreadMessage.objects.filter(side=Side.STUDENT, number__gt=read)) + question
