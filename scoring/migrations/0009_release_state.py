"""Which scorer scores is a stored state: only one that passed its gate, one of each kind, with the record of why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.ids
from microcred.db import drop_keep_rows_sql, keep_rows_sql

TABLES = ["scorer_releases", "scorer_versions", "scorer_activations"]
# What may change in a row that says what was measured.
CHANGING = {
    "scorer_releases": ["active", "made_by_id"],
    "scorer_versions": ["active", "passed", "gate", "gated_at", "trained_by_id"],
    "scorer_activations": ["made_by_id"],
}
FUNCTION = """
CREATE FUNCTION refuse_other_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - TG_ARGV) = (to_jsonb(NEW) - TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% keeps what was measured: UPDATE refused', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def guard(table):
    """Refuse to change anything else."""
    columns = ", ".join(f"'{column}'" for column in CHANGING[table])
    return (
        f"{keep_rows_sql(table)}"
        f"CREATE TRIGGER {table}_keep_measures BEFORE UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_other_changes({columns});"
    )


def unguard(table):
    """Take the guards off."""
    return f"DROP TRIGGER {table}_keep_measures ON {table};{drop_keep_rows_sql(table)}"


def withdraw(apps, schema_editor):
    """Take out of use what was in use without a gate, or by a gate that did not record the provider."""
    for name in ("ScorerRelease", "ScorerVersion"):
        apps.get_model("scoring", name).objects.filter(active=True).update(active=False)
    runs = apps.get_model("scoring", "ScorerRelease").objects
    runs.exclude(replies="live").update(replies="recorded")


def person():
    """Who did it, as long as the account is there."""
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("scoring", "0008_oversight_guards"),
    ]
    operations = [
        migrations.RunPython(withdraw, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="scorerrelease", name="scorer_releases_one_active"),
        migrations.AddField(
            "scorerrelease", "provider", models.CharField(default="", max_length=32), preserve_default=False
        ),
        migrations.AddField(
            "scorerrelease",
            "host",
            models.CharField(blank=True, default="", max_length=255),
            preserve_default=False,
        ),
        migrations.AddField(
            "scorerrelease",
            "thresholds_version",
            models.CharField(default="", max_length=32),
            preserve_default=False,
        ),
        migrations.AddField("scorerrelease", "cost_microcents", models.PositiveBigIntegerField(default=0)),
        migrations.AddField("scorerrelease", "made_by", person()),
        migrations.AlterField("scorerrelease", "golden_version", models.CharField(max_length=64)),
        migrations.AlterField(
            "scorerrelease",
            "replies",
            models.CharField(
                choices=[("live", "Live"), ("recorded", "Recorded"), ("shipped", "Shipped with the code")],
                help_text="Where the replies came from: asked for in this run, from a file, or measured for this version.",
                max_length=16,
            ),
        ),
        migrations.AddField("scorerversion", "passed", models.BooleanField(default=False)),
        migrations.AddField("scorerversion", "gate", models.JSONField(blank=True, default=list)),
        migrations.AddField("scorerversion", "gated_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("scorerversion", "trained_by", person()),
        migrations.AddConstraint(
            "scorerrelease",
            models.UniqueConstraint(
                condition=models.Q(("active", True)), fields=("kind",), name="scorer_releases_one_active"
            ),
        ),
        migrations.AddConstraint(
            "scorerrelease",
            models.CheckConstraint(
                condition=models.Q(
                    ("passed", False), models.Q(("figures", []), _negated=True), _connector="OR"
                ),
                name="scorer_releases_passed_has_figures",
            ),
        ),
        migrations.AddConstraint(
            "scorerversion",
            models.CheckConstraint(
                condition=models.Q(("active", False), ("passed", True), _connector="OR"),
                name="scorer_versions_active_has_passed",
            ),
        ),
        migrations.AddConstraint(
            "scorerversion",
            models.CheckConstraint(
                condition=models.Q(
                    ("passed", False),
                    models.Q(("gated_at__isnull", False), models.Q(("gate", []), _negated=True)),
                    _connector="OR",
                ),
                name="scorer_versions_passed_was_gated",
            ),
        ),
        migrations.CreateModel(
            name="ScorerActivation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("replaced", models.UUIDField(blank=True, null=True)),
                ("reason", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField()),
                ("made_by", person()),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activations",
                        to="scoring.scorerrelease",
                    ),
                ),
                (
                    "scorer_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activations",
                        to="scoring.scorerversion",
                    ),
                ),
            ],
            options={
                "db_table": "scorer_activations",
                "ordering": ["-made_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("release__isnull", False), ("scorer_version__isnull", True)),
                            models.Q(("release__isnull", True), ("scorer_version__isnull", False)),
                            _connector="OR",
                        ),
                        name="scorer_activations_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="scorer_activations_have_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_other_changes();"),
        *(migrations.RunSQL(guard(table), unguard(table)) for table in TABLES),
    ]
