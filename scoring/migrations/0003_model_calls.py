"""The ledger of paid model calls; the database itself keeps it a ledger."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.ids
from microcred.db import append_only_sql, drop_append_only_sql

SETTLED_ONCE = """
CREATE FUNCTION refuse_unless_settling() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settling text[] := ARRAY['state', 'outcome', 'answered_model', 'input_tokens', 'output_tokens', 'latency_ms',
        'cost_microcents', 'cost_is_estimate', 'settled_at'];
BEGIN
    IF current_setting('microcred.erasure', true) = 'on' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'reserved' AND NEW.state = 'settled'
        AND (to_jsonb(OLD) - settling) = (to_jsonb(NEW) - settling) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER model_calls_settled_once BEFORE UPDATE OR DELETE ON model_calls
    FOR EACH ROW EXECUTE FUNCTION refuse_unless_settling();
"""
NOT_SETTLED_ONCE = """
DROP TRIGGER model_calls_settled_once ON model_calls;
DROP FUNCTION refuse_unless_settling();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0003_model_scoring"),
        ("scoring", "0003_scorer_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelCall",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(choices=[("scoring", "Scoring"), ("reading", "Reading")], max_length=24),
                ),
                (
                    "reading",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="Which reading of the same essays it was."
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("host", models.CharField(help_text="Where the texts went.", max_length=255)),
                ("model", models.CharField(max_length=64)),
                ("prompt_version", models.CharField(max_length=32)),
                ("prompt_sha256", models.CharField(max_length=64)),
                ("input_sha256", models.CharField(help_text="Of the prompt as it was sent.", max_length=64)),
                ("job_id", models.UUIDField(null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                ("correlation_id", models.CharField(blank=True, max_length=64)),
                (
                    "month",
                    models.DateField(help_text="First day of the month whose budget it counts against."),
                ),
                ("reserved_microcents", models.BigIntegerField()),
                ("started_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("reserved", "Reserved"), ("settled", "Settled")],
                        default="reserved",
                        max_length=16,
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=24)),
                ("answered_model", models.CharField(blank=True, max_length=64)),
                ("input_tokens", models.PositiveIntegerField(null=True)),
                ("output_tokens", models.PositiveIntegerField(null=True)),
                ("latency_ms", models.PositiveIntegerField(null=True)),
                ("cost_microcents", models.BigIntegerField(null=True)),
                ("cost_is_estimate", models.BooleanField(default=False)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "model_calls",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ModelCallContent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("prompt", "Prompt"), ("answer", "Answer"), ("reply", "Reply")], max_length=8
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=8)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("text", models.TextField()),
                (
                    "replaced",
                    models.JSONField(default=dict, help_text="How many things of each kind were replaced."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "model_call_contents",
                "ordering": ["call", "id"],
            },
        ),
        migrations.AddField(
            model_name="essayscore",
            name="band_high",
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name="essayscore",
            name="band_low",
            field=models.DecimalField(
                decimal_places=2,
                help_text="The lowest of several readings, if there were.",
                max_digits=5,
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="essayscore",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("band_high__isnull", True), ("band_low__isnull", True)),
                    models.Q(
                        ("band_high__gte", models.F("band_low")),
                        ("band_high__lte", models.F("maximum")),
                        ("band_low__gte", 0),
                    ),
                    _connector="OR",
                ),
                name="essay_scores_band_within_maximum",
            ),
        ),
        migrations.AddField(
            model_name="modelcall",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="model_calls",
                to="assessments.assessment",
            ),
        ),
        migrations.AddField(
            model_name="modelcallcontent",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="contents", to="scoring.modelcall"
            ),
        ),
        migrations.AddField(
            model_name="modelcallcontent",
            name="question_snapshot",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="assessments.questionsnapshot",
            ),
        ),
        migrations.AddIndex(
            model_name="modelcall",
            index=models.Index(fields=["month"], name="idx_model_calls_month"),
        ),
        migrations.AddIndex(
            model_name="modelcall",
            index=models.Index(
                condition=models.Q(("state", "reserved")), fields=["job_id"], name="idx_model_calls_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserved_microcents__gte", 0),
                    models.Q(("cost_microcents__isnull", True), ("cost_microcents__gte", 0), _connector="OR"),
                ),
                name="model_calls_cost_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cost_microcents__isnull", True),
                        ("outcome", ""),
                        ("settled_at__isnull", True),
                        ("state", "reserved"),
                    ),
                    models.Q(
                        ("cost_microcents__isnull", False),
                        ("settled_at__isnull", False),
                        ("state", "settled"),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="model_calls_settled_has_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["scoring", "reading"])), name="model_calls_purpose_known"
            ),
        ),
        migrations.AddIndex(
            model_name="modelcallcontent",
            index=models.Index(
                condition=models.Q(("fingerprint", ""), _negated=True),
                fields=["fingerprint"],
                name="idx_model_call_fingerprint",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcallcontent",
            constraint=models.UniqueConstraint(
                fields=("call", "kind", "label"), name="model_call_contents_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcallcontent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["prompt", "answer", "reply"])),
                name="model_call_contents_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelcallcontent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "answer"), _negated=True),
                    models.Q(
                        ("question_snapshot__isnull", False),
                        models.Q(("fingerprint", ""), _negated=True),
                        models.Q(("label", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="model_call_contents_answer_named",
            ),
        ),
        migrations.RunSQL(SETTLED_ONCE, NOT_SETTLED_ONCE),
        migrations.RunSQL(
            append_only_sql("model_call_contents"), drop_append_only_sql("model_call_contents")
        ),
    ]
