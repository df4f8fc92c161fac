from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Students go on practising while the index is made.
    atomic = False
    dependencies = [
        ("practice", "0007_overrides_of_several_skills"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="practiceassignment",
            index=models.Index(
                fields=["completed_at"],
                include=["user", "status", "experience"],
                name="idx_practice_weeks",
            ),
        ),
    ]
