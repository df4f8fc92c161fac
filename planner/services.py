"""Setting out to do things, and getting them done."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.locking import lock_person
from accounts.models import User
from microcred.errors import Conflict, DomainError, Invalid, PreconditionFailed
from microcred.labels import LONGEST_TITLE, clean_labels
from ops import audit
from ops.audit import Actor
from planner import queries
from planner.enums import BulkOp, Source, TaskStatus
from planner.events import task_completed
from planner.models import Task

MOST_TASKS: Final = 10_000
CHANGEABLE: Final = ("title", "description", "status", "priority", "due_at", "tags")


class TaskInvalid(Invalid):
    """A task cannot be like this."""

    default_code = "TASK_400"


class TaskConflict(Conflict):
    """The task is in a state in which this cannot be done, or its reference stands for another."""

    default_code = "TASK_409"


class ListFull(Conflict):
    """The person has as many tasks as anybody may have."""

    default_code = "TASKS_409"


class TaskChangedMeanwhile(PreconditionFailed):
    """The task has changed since the version that the change was made from."""


@dataclass(frozen=True, slots=True)
class Step:
    """A task that follows from something else, which ``reference`` names."""

    reference: str
    title: str
    description: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of a bulk request: what it does, to which task, and what that becomes."""

    op: BulkOp
    task_id: uuid.UUID | None = None
    expected: Collection[str] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def create_task(
    *, by: Actor, owner_id: uuid.UUID, now: dt.datetime, reference: str = "", **fields: Any
) -> Task:
    """Add a task for ``owner_id``, whom `queries.owner` has returned; ``fields`` are of ``CHANGEABLE``, and may say
    the ``source``.

    Raises:
        TaskInvalid: if the title is empty or too long, or a tag is, or the source is another than the caller.
        TaskConflict: if the caller has made a task with this reference before; the details name it.
        ListFull: if the person has ``MOST_TASKS``.
    """
    lock_person(owner_id)
    return _created(by, owner_id, now, reference=reference, **fields)


@transaction.atomic
def change_task(
    *,
    by: Actor,
    task_id: uuid.UUID,
    now: dt.datetime,
    expected: Collection[str] | None = None,
    **fields: Any,
) -> Task:
    """Change what ``fields``, of ``CHANGEABLE``, say; a change to what it is already is none.

    Raises:
        TaskMissing: if it is not there or not for the caller to see.
        TaskInvalid: if the title is empty or too long, or a tag is.
        TaskChangedMeanwhile: if ``expected`` names versions, and none of them is the present one.
    """
    return _changed(by, _locked(by, task_id, expected), "changed", _checked(fields), now)


@transaction.atomic
def complete_task(
    *, by: Actor, task_id: uuid.UUID, now: dt.datetime, expected: Collection[str] | None = None
) -> Task:
    """Tick a task off; one that is done stays as it is. Raises as changing does.

    Raises:
        TaskConflict: if it was cancelled; it has to be reopened first.
    """
    task = _locked(by, task_id, expected)
    if task.status == TaskStatus.CANCELLED:
        raise TaskConflict("The task was cancelled. Reopen it first.", details={"status": task.status})
    return _changed(by, task, "completed", {"status": TaskStatus.DONE}, now)


@transaction.atomic
def reopen_task(
    *, by: Actor, task_id: uuid.UUID, now: dt.datetime, expected: Collection[str] | None = None
) -> Task:
    """Put a task that is done or cancelled back among those to do; an open one stays as it is."""
    task = _locked(by, task_id, expected)
    return task if task.is_open else _changed(by, task, "reopened", {"status": TaskStatus.TODO}, now)


@transaction.atomic
def delete_task(*, by: Actor, task_id: uuid.UUID, expected: Collection[str] | None = None) -> None:
    """Take a task away for good."""
    task = _locked(by, task_id, expected)
    _record(by, "deleted", task)
    task.delete()


@transaction.atomic
def bulk(
    *, by: Actor, owner_id: uuid.UUID, operations: Sequence[Operation], now: dt.datetime
) -> list[Task | None]:
    """Do all of it in order, or nothing; return each task as it has become, None for one that was deleted.

    Tasks are those of ``owner_id`` alone. Raises what the single services raise, with the place of the operation from 0
    in the details.
    """
    lock_person(owner_id)
    named = [one.task_id for one in operations if one.task_id]
    mine = queries.visible_to(by).filter(user=owner_id, pk__in=named)
    theirs = set(mine.select_for_update().order_by("pk").values_list("pk", flat=True))
    done: list[Task | None] = []
    for place, operation in enumerate(operations):
        try:
            if operation.task_id and operation.task_id not in theirs:
                raise queries.TaskMissing("There is no such task.")
            done.append(_operate(by, owner_id, operation, now))
        except DomainError as error:
            error.details = {**(error.details or {}), "operation": place}
            raise
    return done


@transaction.atomic
def add_steps(*, by: User, source: Source, steps: Iterable[Step], now: dt.datetime) -> list[Task]:
    """Set steps on a person's own list, each once; those that were cancelled are taken up again."""
    lock_person(by.pk)
    planned = []
    for step in steps:
        origin = {"user_id": by.pk, "source": source, "platform_id": None, "reference": step.reference}
        words = {"title": step.title[:LONGEST_TITLE], "description": step.description, "tags": step.tags}
        task, is_new = _added(origin, {**_checked(words), "created_at": now, "updated_at": now})
        if is_new:
            _record(by, "created", task)
        elif task.status == TaskStatus.CANCELLED:
            task = _changed(by, task, "reopened", {"status": TaskStatus.TODO}, now)
        planned.append(task)
    return planned


@transaction.atomic
def cancel_steps(*, by: User, source: Source, begins_with: str, now: dt.datetime) -> list[Task]:
    """Cancel the steps whose reference begins like this and that nobody has begun; what is begun or done stays."""
    lock_person(by.pk)
    steps = Task.objects.filter(
        user=by, source=source, platform=None, reference__startswith=begins_with, status=TaskStatus.TODO
    )
    return [
        _changed(by, task, "cancelled", {"status": TaskStatus.CANCELLED}, now)
        for task in steps.select_for_update().order_by("pk")
    ]


@transaction.atomic
def start_steps(*, by: User, source: Source, ends_with: str, now: dt.datetime) -> list[Task]:
    """Take in hand the steps whose reference ends like this and that nobody has begun."""
    lock_person(by.pk)
    steps = Task.objects.filter(user=by, source=source, reference__endswith=ends_with, status=TaskStatus.TODO)
    return [
        _changed(by, task, "begun", {"status": TaskStatus.IN_PROGRESS}, now)
        for task in steps.select_for_update().order_by("pk")
    ]


def _make_room(owner_id: uuid.UUID, number: int) -> None:
    """Refuse more tasks than anybody reads, which a program that runs wild would make within hours."""
    if Task.objects.filter(user=owner_id).count() + number > MOST_TASKS:
        raise ListFull(
            f"Nobody has more than {MOST_TASKS:,} tasks. Delete some first.", details={"most": MOST_TASKS}
        )


def _created(by: Actor, owner_id: uuid.UUID, now: dt.datetime, *, reference: str = "", **fields: Any) -> Task:
    """Add a task for a person whom the caller's transaction holds, so that nobody fills their list meanwhile."""
    source = Source.MANUAL if isinstance(by, User) else Source.PLATFORM
    if fields.pop("source", source) != source:
        raise TaskInvalid(f"The source of a task that you make is {source}.", details={"source": source})
    origin = {
        "user_id": owner_id,
        "source": source,
        "platform_id": None if isinstance(by, User) else by.pk,
        "reference": reference,
    }
    _make_room(owner_id, 1)
    made = {**_checked(fields), "created_at": now, "updated_at": now}
    if made.get("status") == TaskStatus.DONE:
        made["completed_at"] = now
    task, is_new = _added(origin, made)
    if not is_new:
        raise TaskConflict("There is a task with this reference already.", details={"task_id": str(task.pk)})
    _record(by, "created", task)
    _announce(task)
    return task


def _operate(by: Actor, owner_id: uuid.UUID, operation: Operation, now: dt.datetime) -> Task | None:
    if operation.op == BulkOp.CREATE:
        return _created(by, owner_id, now, **operation.fields)
    if operation.task_id is None:
        raise TaskInvalid("Name the task.", details={"field": "task_id"})
    which: dict[str, Any] = {"by": by, "task_id": operation.task_id, "expected": operation.expected}
    match operation.op:
        case BulkOp.UPDATE:
            return change_task(**which, now=now, **operation.fields)
        case BulkOp.COMPLETE:
            return complete_task(**which, now=now)
        case BulkOp.REOPEN:
            return reopen_task(**which, now=now)
        case BulkOp.DELETE:
            delete_task(**which)
    return None


def _locked(by: Actor, task_id: uuid.UUID, expected: Collection[str] | None) -> Task:
    task = queries.locked(by=by, task_id=task_id)
    if expected is not None and str(task.version) not in expected:
        raise TaskChangedMeanwhile("The task has changed since. Read it again.")
    return task


def _added(origin: Mapping[str, Any], made: Mapping[str, Any]) -> tuple[Task, bool]:
    """Add the task, or return the one that stands for the same."""
    if not origin["reference"]:
        return Task.objects.create(**origin, **made), True
    try:
        return Task.objects.select_for_update(of=("self",)).get_or_create(**origin, defaults=dict(made))
    except IntegrityError:  # it was there when it was added, and deleted before it could be read
        raise TaskConflict("The task with this reference is changing. Send it again.") from None


def _changed(by: Actor, task: Task, action: str, fields: Mapping[str, Any], now: dt.datetime) -> Task:
    """Write what differs, with a line in the trail; nothing where nothing does."""
    differing = {name: value for name, value in fields.items() if getattr(task, name) != value}
    if not differing:
        return task
    for name, value in differing.items():
        setattr(task, name, value)
    if "status" in differing:
        task.completed_at = now if task.status == TaskStatus.DONE else None
    task.updated_at, task.version = now, task.version + 1
    task.save()
    _record(by, action, task, fields=sorted(differing))
    if "status" in differing:
        _announce(task)
    return task


def _announce(task: Task) -> None:
    """Tell of a task that has just been done."""
    if task.status == TaskStatus.DONE:
        told = {"user_id": task.user_id, "source": task.source, "reference": task.reference}
        task_completed.send(sender=Task, completed_at=task.completed_at, **told)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as they are kept: words without space around them, each tag once."""
    return clean_labels({name: fields[name] for name in CHANGEABLE if name in fields}, refused=TaskInvalid)


def _record(by: Actor, action: str, task: Task, **facts: Any) -> None:
    audit.record(
        by=by, action=f"task.{action}", resource_type="task", resource_id=task.pk,
        metadata={"user_id": str(task.user_id), "status": str(task.status), "version": task.version, **facts},
    )  # fmt: skip
