"""What people have set out to do."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from microcred.labels import LONGEST_TAG, LONGEST_TITLE, MOST_TAGS
from planner.enums import Priority, Source, TaskStatus

LONGEST_DESCRIPTION = 5_000
LONGEST_REFERENCE = 200


class Task(Model):
    """Something that a person has set out to do; made and changed through planner.services alone.

    ``source`` says where it comes from and ``reference`` what it is there, empty where it stands for nothing else: the
    same reference of the same source is one task. ``platform`` is the key of the program that made it, if one did.
    ``version`` counts the changes from 1; ``completed_at`` is there while the task is done.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks")
    title = models.CharField(max_length=LONGEST_TITLE)
    description = models.TextField(blank=True, max_length=LONGEST_DESCRIPTION)
    status = models.CharField(max_length=16, choices=TaskStatus.choices, default=TaskStatus.TODO)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.MEDIUM)
    due_at = models.DateTimeField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=LONGEST_TAG), default=list, blank=True)
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.MANUAL)
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    platform = models.ForeignKey(
        "accounts.ServiceKey", on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    completed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "tasks"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "source", "platform", "reference"],
                condition=~models.Q(reference=""),
                nulls_distinct=False,
                name="tasks_reference_once",
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="tasks_titled"),
            models.CheckConstraint(
                condition=models.Q(status__in=TaskStatus.values), name="tasks_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=Priority.values), name="tasks_priority_known"
            ),
            models.CheckConstraint(condition=models.Q(source__in=Source.values), name="tasks_source_known"),
            models.CheckConstraint(
                condition=models.Q(source=Source.PLATFORM, platform__isnull=False)
                | (~models.Q(source=Source.PLATFORM) & models.Q(platform__isnull=True)),
                name="tasks_platform_has_key",
            ),
            models.CheckConstraint(
                condition=models.Q(status=TaskStatus.DONE, completed_at__isnull=False)
                | (~models.Q(status=TaskStatus.DONE) & models.Q(completed_at__isnull=True)),
                name="tasks_done_has_time",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="tasks_version_positive"),
            models.CheckConstraint(
                condition=models.Q(tags__len__lte=MOST_TAGS), name="tasks_not_too_many_tags"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "status", "due_at"], name="idx_tasks_user_status_due"),
            models.Index(fields=["user", "-created_at", "-id"], name="idx_tasks_user_created"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it waits to be done."""
        return self.status in TaskStatus.open()
