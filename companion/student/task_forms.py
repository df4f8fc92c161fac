"""What students send about their tasks."""

import datetime as dt
import uuid
from typing import Any, Final

from django import forms

from companion.student.tags import TagsField, typed_or_kept
from companion.student.text_fields import MultilineField
from companion.words import TASK_STATUSES
from microcred.labels import LONGEST_TITLE
from planner import queries
from planner.enums import Priority, TaskStatus

STATUSES: Final = [(str(status), label.text) for status, label in TASK_STATUSES.items()]
OPEN: Final = "open"
SHOWN: Final = [(OPEN, "To do and begun"), ("done", "Done"), ("cancelled", "Called off"), ("all", "All")]
#: A task is due when its day is over, by the student's clock.
END_OF_DAY: Final = dt.time(23, 59)


class TaskFilters(forms.Form):
    """Narrows the list; what cannot be understood narrows nothing."""

    show = forms.ChoiceField(label="Show", choices=SHOWN, required=False)
    search = forms.CharField(label="Words in it", max_length=100, required=False)

    def wanted(self) -> dict[str, Any]:
        """Return the filter that was understood, open tasks without one."""
        self.is_valid()
        show = self.cleaned_data.get("show") or OPEN
        statuses = {OPEN: list(TaskStatus.open()), "all": list(TaskStatus)}.get(show, [show])
        search = self.cleaned_data.get("search", "")
        return {"status": statuses} | ({"search": search} if search else {})


class TaskFields(forms.Form):
    """What a student says of a task."""

    title = forms.CharField(
        label="What you want to do",
        max_length=LONGEST_TITLE,
        error_messages={"required": "Say what you want to do."},
    )
    due_on = forms.DateField(
        label="Due on",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="May be left out.",
    )
    priority = forms.ChoiceField(label="Priority", choices=Priority.choices, initial=Priority.MEDIUM)


class NewTaskForm(TaskFields):
    """A new task; ``once`` is the form's own name for it, so that the same form sent twice makes one."""

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def fields_of_task(self, *, zone: dt.tzinfo) -> dict[str, Any]:
        """Return what is to be made."""
        given = self.cleaned_data
        return {
            "title": given["title"],
            "priority": given["priority"],
            "due_at": due_at(given["due_on"], zone),
            "reference": f"page:{given['once']}",
        }


class TaskForm(TaskFields):
    """A task that is there, and the version of it that was shown."""

    status = forms.ChoiceField(label="Status", choices=STATUSES)
    description = MultilineField(
        label="Notes", required=False, strip=False, max_length=queries.LONGEST_DESCRIPTION
    )
    tags = TagsField()
    field_order = ("title", "status", "due_on", "priority", "description", "tags")

    def fields_of_task(self, *, was: Any, zone: dt.tzinfo) -> dict[str, Any]:
        """Return what the task that ``was`` there is to be; the time at which it is due stays where its day does."""
        given, was_due = self.cleaned_data, was.due_at
        is_same_day = was_due is not None and was_due.astimezone(zone).date() == given["due_on"]
        return {
            **{name: given[name] for name in ("title", "status", "priority", "description")},
            "due_at": was_due if is_same_day else due_at(given["due_on"], zone),
            "tags": typed_or_kept(given["tags"], was.tags),
        }


def due_at(day: dt.date | None, zone: dt.tzinfo) -> dt.datetime | None:
    """Return the moment at which a day is over somewhere."""
    return dt.datetime.combine(day, END_OF_DAY, tzinfo=zone) if day else None
