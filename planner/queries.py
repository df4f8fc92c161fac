"""Reading tasks."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accounts.enums import Role, UserStatus
from accounts.locking import lock_if_present
from accounts.models import User
from microcred.errors import Invalid, Missing
from ops.audit import Actor
from planner import cursors
from planner.cursors import CursorInvalid as CursorInvalid
from planner.enums import Order, Priority, Source
from planner.models import LONGEST_DESCRIPTION as LONGEST_DESCRIPTION
from planner.models import Task
from planner.stats import stats_of as stats_of

# Later than every date that a task can have, for those that have none.
_NEVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


class TaskMissing(Missing):
    """There is no such task."""

    default_code = "TASK_404"


class OwnerMissing(Missing):
    """There is nobody of this id whose tasks the caller may see."""

    default_code = "USER_404"


class OwnerUnnamed(Invalid):
    """A program acts for everybody, and so has to say for whom."""

    default_code = "USER_400"


@dataclass(frozen=True, slots=True)
class Page:
    """Some tasks in order, and the cursor for those behind them, empty where there are none."""

    tasks: Sequence[Task]
    next: str


def owner(*, by: Actor, user_id: uuid.UUID | None) -> uuid.UUID:
    """Return whose tasks a request is about: a person's own, or those of the student whom a program names.

    Raises:
        OwnerUnnamed: if a program names nobody.
        OwnerMissing: if a person names somebody else, or a program nobody who is an active student.
    """
    if isinstance(by, User):
        if user_id not in (None, by.pk):
            raise OwnerMissing("There is no such person.")
        return by.pk
    if user_id is None:
        raise OwnerUnnamed("Name whose tasks these are.", details={"field": "user_id"})
    if not _students().filter(pk=user_id).exists():
        raise OwnerMissing("There is no such person.")
    return user_id


def visible_to(by: Actor) -> QuerySet[Task]:
    """Return the tasks that the caller may see and change: a person's own, to a program those of active students."""
    if isinstance(by, User):
        return Task.objects.filter(user=by.pk)
    return Task.objects.filter(user__in=_students())


def get_visible(*, by: Actor, task_id: uuid.UUID) -> Task:
    """Return a task.

    Raises:
        TaskMissing: if it is not there or not for the caller to see.
    """
    found = visible_to(by).filter(pk=task_id).first()
    if found is None:
        raise TaskMissing("There is no such task.")
    return found


def locked(*, by: Actor, task_id: uuid.UUID) -> Task:
    """Return a task as `get_visible` does, locked until the transaction ends; before it its owner, as everywhere, for
    what is done is credited to them unless they are being erased. Raises TaskMissing."""
    seen = visible_to(by).filter(pk=task_id)
    owner = by.pk if isinstance(by, User) else seen.values_list("user", flat=True).first()
    found = seen.select_for_update(of=("self",)).first() if owner and lock_if_present(owner) else None
    if found is None:
        raise TaskMissing("There is no such task.")
    return found


def listed(user_id: uuid.UUID, *, sort: Order, cursor: str, limit: int, wanted: Mapping[str, Any]) -> Page:
    """Return at most ``limit`` of a person's tasks in an order, behind the place that ``cursor`` stands for.

    ``wanted`` may name status, priority, tag, due_before, due_after and search; a task has to fit all of them.

    Raises:
        CursorInvalid: if no list of this order has given the cursor out.
    """
    column, is_descending = _ORDERED_BY[sort]
    rows = Task.objects.filter(_filter(wanted), user=user_id).annotate(due=_DUE, rank=_RANK)
    if cursor:
        rows = rows.filter(cursors.read(sort, cursor).behind(column, is_descending=is_descending))
    minus = "-" if is_descending else ""
    found = list(rows.order_by(f"{minus}{column}", f"{minus}pk")[: limit + 1])
    tasks = found[:limit]
    is_more = len(found) > limit
    return Page(tasks, _behind(sort, column, tasks[-1]) if is_more else "")


def from_source(user_id: uuid.UUID, source: Source) -> QuerySet[Task]:
    """Return a person's tasks that come from somewhere and stand for something there, in the order they were set."""
    return Task.objects.filter(user=user_id, source=source).exclude(reference="").order_by("pk")


def steps_of(user_id: uuid.UUID) -> QuerySet[Task]:
    """Return a person's tasks that follow from what they were told, in the order they were set."""
    return Task.objects.filter(user=user_id, source__in=Source.steps()).exclude(reference="").order_by("pk")


def last_planned(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """Return when a task of each of these people that no program has set was changed last; nobody who has none."""
    rows = Task.objects.filter(user__in=user_ids).exclude(source=Source.PLATFORM).order_by()
    return dict(rows.values_list("user").annotate(Max("updated_at")))


def _behind(sort: Order, column: str, last: Task) -> str:
    value = getattr(last, column)
    given = value.isoformat() if isinstance(value, dt.datetime) else value
    return cursors.written(sort, cursors.Place(given, last.pk))


def _filter(wanted: Mapping[str, Any]) -> Q:
    """The filter for what is wanted of a list."""
    made = {
        "status": lambda value: Q(status__in=value),
        "priority": lambda value: Q(priority__in=value),
        "tag": lambda value: Q(tags__contains=[value]),
        "due_before": lambda value: Q(due_at__lt=value),
        "due_after": lambda value: Q(due_at__gte=value),
        "search": lambda value: Q(title__icontains=value) | Q(description__icontains=value),
    }
    found = Q()
    for name, value in wanted.items():
        found &= made[name](value)
    return found


def references(user_ids: Collection[uuid.UUID], *, source: Source) -> set[tuple[uuid.UUID, str]]:
    """Return what tasks of these people stand for that come from this source, each with whose it is."""
    rows = Task.objects.filter(user__in=user_ids, source=source, platform=None)
    return set(rows.values_list("user", "reference"))


def _students() -> QuerySet[User]:
    return User.objects.filter(role=Role.STUDENT, status=UserStatus.ACTIVE)


_DUE: Final = Coalesce("due_at", Value(_NEVER))
_RANK: Final = Case(
    *(When(priority=priority, then=Value(rank)) for rank, priority in enumerate(Priority)),
    output_field=IntegerField(),
)
_COLUMNS: Final = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "due_at": "due",
    "priority": "rank",
}
_ORDERED_BY: Final = {
    order: (_COLUMNS[order.value.removeprefix("-")], order.value.startswith("-")) for order in Order
}
