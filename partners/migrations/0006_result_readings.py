"""Makes the table of results that programs read, which the database refuses to change."""

import django.db.models.deletion
from django.db import migrations, models

import microcred.ids
from microcred.db import append_only_sql, drop_append_only_sql

TABLE = "result_readings"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_results_scope"),
        ("assessments", "0006_keep_rows"),
        ("partners", "0005_events_in_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResultReading",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("program", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="result_readings",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "service_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="result_readings",
                        to="accounts.servicekey",
                    ),
                ),
            ],
            options={
                "db_table": "result_readings",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("program", ""), _negated=True), name="result_readings_named"
                    )
                ],
            },
        ),
        migrations.RunSQL(append_only_sql(TABLE), drop_append_only_sql(TABLE)),
    ]
