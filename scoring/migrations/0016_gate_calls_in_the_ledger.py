"""The calls of release gates are in the ledger, and belong to no assessment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0006_keep_rows"),
        ("scoring", "0015_scorers_stay_and_commands_rescore"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="modelbatch",
            options={"ordering": ["-id"], "verbose_name_plural": "model batches"},
        ),
        migrations.RemoveConstraint(
            model_name="modelcall",
            name="model_calls_say_what_was_sent",
        ),
        migrations.RemoveConstraint(
            model_name="modelcall",
            name="model_calls_purpose_known",
        ),
        migrations.AlterField(
            model_name="modelcall",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("scoring", "Scoring"),
                    ("reading", "Reading"),
                    ("rescoring", "Rescoring"),
                    ("embedding", "Embedding"),
                    ("words", "Words"),
                    ("gate", "Gate"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose__in", ["scoring", "reading", "rescoring", "embedding", "words", "gate"])
                ),
                name="model_calls_purpose_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("prompt_version", ""), ("purpose", "embedding"), ("texts__gte", 1)),
                    models.Q(
                        ("assessment__isnull", True),
                        ("purpose", "gate"),
                        ("texts__isnull", True),
                        models.Q(("prompt_version", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("purpose__in", ["embedding", "gate"]), _negated=True),
                        ("assessment__isnull", False),
                        ("texts__isnull", True),
                        models.Q(("prompt_version", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="model_calls_say_what_was_sent",
            ),
        ),
    ]
