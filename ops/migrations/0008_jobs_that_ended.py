from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Jobs go on while the index is made.
    atomic = False
    dependencies = [
        ("ops", "0007_answers_headers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="asyncjob",
            index=models.Index(
                fields=["completed_at"],
                condition=models.Q(completed_at__isnull=False),
                name="async_jobs_ended",
            ),
        ),
    ]
