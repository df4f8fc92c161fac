"""Where students keep what they have set out to do."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from companion.pages import caller
from companion.post_only import post_only
from companion.student.access import student_page
from companion.student.task_forms import NewTaskForm, TaskFilters, TaskForm
from companion.words import TASK_STATUSES
from microcred.errors import DomainError, Missing
from nudges import queries as nudges
from planner import queries, services
from planner.enums import Order, Source

PAGE_SIZE: Final = 25
SOURCES: Final[Mapping[str, str]] = {
    Source.RECOMMENDATION: "from a recommendation that you took up",
    Source.NUDGE: "from a reminder",
    Source.SESSION: "from a session with your tutor",
    Source.PLATFORM: "from your institution",
}


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def tasks(request: HttpRequest) -> HttpResponse:
    """List the student's tasks, what is due first; a POST adds one."""
    form = NewTaskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _add(request, form):
        messages.success(request, "It is on your list.")
        return redirect("student:tasks")
    filters = TaskFilters(request.GET)
    page = _page(request, filters.wanted())
    by, now = caller(request), timezone.now()
    zone = nudges.zone_for(by.pk)
    context = {
        "form": form,
        "filters": filters,
        "rows": [
            (one, _words(one, zone), one.is_open and one.due_at and one.due_at < now) for one in page.tasks
        ],
        "next": page.next,
        "is_narrowed": bool(request.GET),
        "stats": queries.stats_of(by.pk, zone=zone.key, now=now),
        "reminders": nudges.own_nudges(by).filter(opened_at=None).count(),
    }
    return render(request, "student/tasks/list.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@student_page
def task(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Show one task; a POST changes it, unless it has changed since it was shown."""
    found: Any = queries.get_visible(by=caller(request), task_id=task_id)
    zone = nudges.zone_for(found.user_id)
    if request.method == "POST":
        form = TaskForm(request.POST)
        if form.is_valid() and _change(request, found, form, zone):
            messages.success(request, "It is changed.")
            return redirect("student:tasks")
    else:
        form = TaskForm(initial=_initial(found, zone))
    context = {"task": found, "words": _words(found, zone), "form": form}
    return render(request, "student/tasks/task.html", context, status=400 if form.errors else 200)


@student_page
@post_only("student:task", "task_id")
def finish(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Tick a task off."""
    return _moved(request, task_id, services.complete_task, "Done:")


@student_page
@post_only("student:task", "task_id")
def reopen(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Put a task back among those to do."""
    return _moved(request, task_id, services.reopen_task, "To do again:")


@student_page
@post_only("student:task", "task_id")
def delete(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """Take a task away for good, unless it has changed since it was shown; of one that is gone, say so."""
    try:
        services.delete_task(by=caller(request), task_id=task_id, expected=_seen(request))
    except queries.TaskMissing:
        messages.info(request, "There is no such task any more.")
        return redirect("student:tasks")
    except services.TaskChangedMeanwhile as error:
        messages.error(request, f"It was not deleted. {error.message}")
        return redirect("student:task", task_id)
    messages.success(request, "The task is deleted.")
    return redirect("student:tasks")


def _page(request: HttpRequest, wanted: Mapping[str, Any]) -> queries.Page:
    """Return a part of the list, its beginning where the place is none of a list of ours."""
    user_id, cursor = caller(request).pk, request.GET.get("after", "")
    try:
        return queries.listed(user_id, sort=Order.DUE, cursor=cursor, limit=PAGE_SIZE, wanted=wanted)
    except queries.CursorInvalid:
        return queries.listed(user_id, sort=Order.DUE, cursor="", limit=PAGE_SIZE, wanted=wanted)


def _add(request: HttpRequest, form: NewTaskForm) -> bool:
    """Add the task, or put on the form why it was refused; one that the same form has made is there."""
    if not form.is_valid():
        return False
    by = caller(request)
    try:
        services.create_task(
            by=by, owner_id=by.pk, now=timezone.now(), **form.fields_of_task(zone=nudges.zone_for(by.pk))
        )
    except services.TaskConflict:
        return True
    except DomainError as error:
        form.add_error(None, error.message)
        return False
    return True


def _change(request: HttpRequest, found: Any, form: TaskForm, zone: dt.tzinfo) -> bool:
    try:
        services.change_task(
            by=caller(request),
            task_id=found.pk,
            now=timezone.now(),
            expected=_seen(request),
            **form.fields_of_task(was=found, zone=zone),
        )
    except Missing:
        raise
    except services.TaskChangedMeanwhile:
        form.add_error(None, "The task has changed since you opened it. Look at it, then send yours again.")
    except DomainError as error:
        form.add_error(None, error.message)
    return form.is_valid()


def _moved(request: HttpRequest, task_id: uuid.UUID, move: Callable[..., Any], said: str) -> HttpResponse:
    """Move a task, back to the part of the list that the student came from."""
    try:
        found = move(by=caller(request), task_id=task_id, now=timezone.now())
        messages.success(request, f"{said} {found.title}")
    except services.TaskConflict as error:
        messages.error(request, error.message)
    shown = request.META.get("QUERY_STRING", "")
    return redirect(reverse("student:tasks") + (f"?{shown}" if shown else ""))


def _seen(request: HttpRequest) -> set[str]:
    return {request.POST.get("seen", "")}


def _words(found: Any, zone: dt.tzinfo) -> dict[str, Any]:
    return {
        "status": TASK_STATUSES[found.status],
        "source": SOURCES.get(found.source, ""),
        "is_urgent": found.priority in {"high", "urgent"},
        "due_on": _day(found, zone),
    }


def _day(found: Any, zone: dt.tzinfo) -> dt.date | None:
    return found.due_at.astimezone(zone).date() if found.due_at else None


def _initial(found: Any, zone: dt.tzinfo) -> dict[str, Any]:
    return {
        **{name: getattr(found, name) for name in ("title", "status", "priority", "description")},
        "due_on": _day(found, zone),
        "tags": found.tags,
    }
