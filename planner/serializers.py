"""Tasks on the wire."""

from typing import Any

from rest_framework import serializers

from microcred.labels import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS
from planner.enums import BulkOp, Order, Priority, Source, TaskStatus
from planner.models import LONGEST_DESCRIPTION, LONGEST_REFERENCE, Task

MOST_OPERATIONS = 100
LONGEST_SEARCH = 100


class TaskView(serializers.ModelSerializer[Task]):
    """A task."""

    user_id = serializers.UUIDField()
    tags = serializers.ListField(child=serializers.CharField())
    reference = serializers.CharField(help_text="What it stands for where it comes from; may be empty.")
    completed_at = serializers.DateTimeField(allow_null=True, help_text="There while it is done.")
    version = serializers.IntegerField(help_text="Rises with every change; the ETag, in quotes.")

    class Meta:
        model = Task
        fields = [
            "id", "user_id", "title", "description", "status", "priority", "due_at", "tags", "source", "reference",
            "completed_at", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class TaskList(serializers.Serializer[Any]):
    """Some tasks in order."""

    items = TaskView(many=True)
    next_cursor = serializers.CharField(
        allow_null=True, help_text="For the parameter cursor: what comes behind these; null at the end."
    )


class TaskChange(serializers.Serializer[Any]):
    """What may be changed of a task; what is left out stays."""

    title = serializers.CharField(max_length=LONGEST_TITLE, required=False)
    description = serializers.CharField(
        max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True, trim_whitespace=False
    )
    status = serializers.ChoiceField(choices=TaskStatus.choices, required=False)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TAG), required=False, max_length=MOST_TAGS
    )


class NewTask(TaskChange):
    """A new task, of the person's own or of the student whom the program names."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    reference = serializers.CharField(
        max_length=LONGEST_REFERENCE,
        required=False,
        allow_blank=True,
        help_text="Your own name for it. There is one task of a name: the same again is 409.",
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Source.choices,
        required=False,
        help_text=f"What it is anyway: {Source.MANUAL} of a person, {Source.PLATFORM} of a program.",
    )


class Named(serializers.Serializer[Any]):
    """Whose tasks a request is about."""

    user_id = serializers.UUIDField(
        required=False, help_text="The student whose tasks these are: for programs, which always name one."
    )


class NewTaskOf(Named, NewTask):
    """A new task, and whose it is."""


class TaskQuery(Named):
    """Query parameters of a list of tasks."""

    status = serializers.CharField(
        required=False, help_text=f"Some of {', '.join(TaskStatus.values)}, with commas."
    )
    priority = serializers.CharField(
        required=False, help_text=f"Some of {', '.join(Priority.values)}, with commas."
    )
    tag = serializers.CharField(required=False, max_length=LONGEST_TAG)
    due_before = serializers.DateTimeField(required=False)
    due_after = serializers.DateTimeField(required=False, help_text="At this moment or later.")
    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_SEARCH,
        help_text="Part of the title or the description.",
    )
    sort = serializers.ChoiceField(choices=Order.choices, default=Order.CREATED_LATEST)
    cursor = serializers.CharField(required=False, max_length=500)
    page_size = serializers.IntegerField(min_value=1, max_value=100, default=25)

    def validate_status(self, value: str) -> list[str]:
        """Return the statuses."""
        return _several(value, TaskStatus.values)

    def validate_priority(self, value: str) -> list[str]:
        """Return the priorities."""
        return _several(value, Priority.values)


class StatsQuery(Named):
    """Query parameters of the figures."""

    time_zone = serializers.CharField(
        default="UTC", max_length=64, help_text="Where the person's days begin, for example Europe/Berlin."
    )


class StatusCounts(serializers.Serializer[Any]):
    """How many tasks have each status."""

    todo = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    done = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class PriorityCounts(serializers.Serializer[Any]):
    """How many tasks have each priority."""

    low = serializers.IntegerField()
    medium = serializers.IntegerField()
    high = serializers.IntegerField()
    urgent = serializers.IntegerField()


class StatsView(serializers.Serializer[Any]):
    """The figures of a person's tasks. Their names and meanings stay as they are."""

    user_id = serializers.UUIDField()
    total = serializers.IntegerField()
    by_status = StatusCounts()
    by_priority = PriorityCounts()
    overdue = serializers.IntegerField(help_text="Open, and due before now.")
    due_today = serializers.IntegerField(help_text="Open, and due on this day of the time zone.")
    due_this_week = serializers.IntegerField(help_text="Open, and due from this Monday to Sunday.")
    completed_last_7_days = serializers.IntegerField(help_text="Done within the last 168 hours.")
    completion_rate = serializers.FloatField(
        min_value=0, max_value=1, help_text="Done of all that were not cancelled; 0 where there are none."
    )
    current_streak_days = serializers.IntegerField(
        help_text="Days in a row, up to today or yesterday, on each of which something was done."
    )
    generated_at = serializers.DateTimeField()


class BulkOperation(serializers.Serializer[Any]):
    """One operation: create takes task, update takes task_id and changes, the others task_id."""

    op = serializers.ChoiceField(choices=BulkOp.choices)
    task_id = serializers.UUIDField(required=False)
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="The version that it was made from; 412 if that has passed."
    )
    task = NewTask(required=False)
    changes = TaskChange(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that it has what its kind takes, and nothing else."""
        takes = {BulkOp.CREATE: {"task"}, BulkOp.UPDATE: {"task_id", "changes"}}.get(attrs["op"], {"task_id"})
        has = attrs.keys() - ({"op"} if attrs["op"] == BulkOp.CREATE else {"op", "version"})
        if has != takes:
            raise serializers.ValidationError(f"{attrs['op']} takes {' and '.join(sorted(takes))}.")
        return attrs


class BulkRequest(Named):
    """What to do to somebody's tasks, all of it or nothing."""

    operations = serializers.ListField(child=BulkOperation(), allow_empty=False, max_length=MOST_OPERATIONS)

    def validate_operations(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse a reference that would stand for two of them."""
        references = [one["task"]["reference"] for one in value if one.get("task", {}).get("reference")]
        if len(set(references)) < len(references):
            raise serializers.ValidationError("A reference stands for one task: one is there twice.")
        return value


class BulkOutcome(serializers.Serializer[Any]):
    """What one operation has come to."""

    op = serializers.ChoiceField(choices=BulkOp.choices)
    task_id = serializers.UUIDField()
    task = TaskView(allow_null=True, help_text="As the operation has left it; null where it was deleted.")


class BulkResult(serializers.Serializer[Any]):
    """What every operation has come to, in their order."""

    results = BulkOutcome(many=True)


def _several(value: str, known: list[str]) -> list[str]:
    named = value.split(",")
    for one in named:
        if one not in known:
            raise serializers.ValidationError(f"One of these, or several with commas: {', '.join(known)}.")
    return named
