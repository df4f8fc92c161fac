from django.db import migrations, models

import microcred.ids


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0008_jobs_that_ended"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptFigures",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.CharField(max_length=32)),
                ("about", models.JSONField()),
                ("asked_at", models.DateTimeField(help_text="For when they were asked for last.")),
                ("worked_out_at", models.DateTimeField(help_text="As of when the figures are.", null=True)),
                ("figures", models.JSONField(null=True)),
            ],
            options={
                "db_table": "kept_figures",
                "ordering": ["subject", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "about"), name="kept_figures_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("figures__isnull", True), ("worked_out_at__isnull", True)),
                            models.Q(("figures__isnull", False), ("worked_out_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="kept_figures_dated",
                    ),
                ],
            },
        ),
    ]
