"""Whether the student lets a model score."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0003_one_open_assessment"),
    ]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="model_scoring",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Whether the student lets a model score essays; otherwise a person does.",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="model_scoring_decided_at",
            field=models.DateTimeField(
                blank=True, help_text="When the student said so; empty where nobody asked.", null=True
            ),
        ),
    ]
