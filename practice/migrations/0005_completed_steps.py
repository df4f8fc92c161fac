"""Steps that students have done, those of before this release among them."""

from itertools import islice

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.ids

POINTS_A_STEP = 10
AT_ONCE = 1000
SOURCES = ("recommendation", "nudge", "session")


def credit_what_is_done(apps, schema_editor):
    done = apps.get_model("planner", "Task").objects.filter(status="done", source__in=SOURCES)
    completed = apps.get_model("practice", "CompletedStep")
    rows = done.exclude(reference="").values_list("user_id", "source", "reference", "completed_at")
    steps = (
        completed(
            user_id=user,
            source=source,
            reference=reference,
            experience=POINTS_A_STEP,
            completed_at=moment,
        )
        for user, source, reference, moment in rows.iterator(chunk_size=AT_ONCE)
    )
    # bulk_create holds all that it is given, however large its batches are.
    while some := list(islice(steps, AT_ONCE)):
        completed.objects.bulk_create(some, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("planner", "0002_tasks_of_sessions"),
        ("practice", "0004_items_by_model_and_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CompletedStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("recommendation", "Recommendation"),
                            ("nudge", "Nudge"),
                            ("session", "Session"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reference", models.CharField(max_length=200)),
                ("experience", models.PositiveIntegerField()),
                ("completed_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="completed_steps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "practice_completed_steps",
                "ordering": ["-completed_at", "-id"],
                "indexes": [models.Index(fields=["user", "-completed_at"], name="idx_practice_steps_done")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "source", "reference"), name="practice_completed_steps_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ("recommendation", "nudge", "session"))),
                        name="practice_completed_steps_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        name="practice_completed_steps_referred",
                    ),
                ],
            },
        ),
        migrations.RunPython(credit_what_is_done, migrations.RunPython.noop, elidable=True),
    ]
