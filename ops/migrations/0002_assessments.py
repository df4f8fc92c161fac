"""Ties jobs and measurements to assessments; apart from 0001, so that lower apps may depend on that one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ops", "0001_initial"), ("assessments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="asyncjob",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="jobs",
                to="assessments.assessment",
            ),
        ),
        migrations.AddField(
            model_name="metricsnapshot",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="metric_snapshots",
                to="assessments.assessment",
            ),
        ),
    ]
