"""Batches of calls, claims on what is being asked about, and calls that embed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.ids


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("assessments", "0006_keep_rows"),
        ("catalog", "0005_outside_ids_of_skills"),
        ("scoring", "0009_release_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("host", models.CharField(max_length=255)),
                ("model", models.CharField(max_length=64)),
                ("prompt_version", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[("prepared", "Prepared"), ("sent", "Sent"), ("ended", "Ended")],
                        default="prepared",
                        max_length=16,
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=24)),
                (
                    "detail",
                    models.CharField(
                        blank=True, help_text="What the provider says was wrong.", max_length=200
                    ),
                ),
                ("provider_batch_id", models.CharField(blank=True, max_length=128)),
                ("provider_status", models.CharField(blank=True, max_length=32)),
                ("requests", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "asked_at",
                    models.DateTimeField(
                        help_text="When the provider was last asked how it stands.", null=True
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "model_batches",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ModelCallClaim",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("reading", models.PositiveSmallIntegerField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "model_call_claims",
            },
        ),
        migrations.RemoveConstraint(
            model_name="modelcall",
            name="model_calls_purpose_known",
        ),
        migrations.RemoveConstraint(
            model_name="modelcallcontent",
            name="model_call_contents_kind_known",
        ),
        migrations.AddField(
            model_name="modelcall",
            name="texts",
            field=models.PositiveIntegerField(help_text="How many texts were embedded.", null=True),
        ),
        migrations.AlterField(
            model_name="modelcall",
            name="assessment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="model_calls",
                to="assessments.assessment",
            ),
        ),
        migrations.AlterField(
            model_name="modelcall",
            name="prompt_sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="modelcall",
            name="prompt_version",
            field=models.CharField(blank=True, max_length=32),
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
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="modelcallcontent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("prompt", "Prompt"),
                    ("request", "Request"),
                    ("answer", "Answer"),
                    ("reply", "Reply"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcallcontent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["prompt", "request", "answer", "reply"])),
                name="model_call_contents_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="modelbatch",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="model_batches",
                to="catalog.question",
            ),
        ),
        migrations.AddField(
            model_name="modelbatch",
            name="question_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="model_batches",
                to="catalog.questionversion",
            ),
        ),
        migrations.AddField(
            model_name="modelbatch",
            name="requested_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="modelcall",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls",
                to="scoring.modelbatch",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["scoring", "reading", "rescoring", "embedding"])),
                name="model_calls_purpose_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("prompt_version", ""), ("purpose", "embedding"), ("texts__gte", 1)),
                    models.Q(
                        models.Q(("purpose", "embedding"), _negated=True),
                        ("assessment__isnull", False),
                        ("texts__isnull", True),
                        models.Q(("prompt_version", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="model_calls_say_what_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", False), ("purpose", "rescoring")),
                    models.Q(models.Q(("purpose", "rescoring"), _negated=True), ("batch__isnull", True)),
                    _connector="OR",
                ),
                name="model_calls_of_batches_rescore",
            ),
        ),
        migrations.AddField(
            model_name="modelcallclaim",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="scoring.modelcall"
            ),
        ),
        migrations.AddConstraint(
            model_name="modelbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ended"), _negated=True),
                fields=("question_version",),
                name="model_batches_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("outcome", ""),
                        ("sent_at__isnull", True),
                        ("state", "prepared"),
                    ),
                    models.Q(
                        ("ended_at__isnull", True),
                        ("outcome", ""),
                        ("sent_at__isnull", False),
                        ("state", "sent"),
                        models.Q(("provider_batch_id", ""), _negated=True),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("state", "ended"),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="model_batches_state_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcallclaim",
            constraint=models.UniqueConstraint(
                fields=("fingerprint", "reading"), name="model_call_claims_once"
            ),
        ),
    ]
