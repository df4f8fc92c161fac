"""Lists that people overrode: who put a run together, what they did, and items that nothing ranked."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import microcred.ids
from microcred.db import append_only_sql, drop_append_only_sql

TABLE = "recommendation_overrides"
# A mark with every change of what results show, as migration 0015 has them for the other tables.
FUNCTION = """
CREATE FUNCTION recommendation_overrides_change_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH results AS (
        SELECT DISTINCT r.assessment_id FROM touched JOIN recommendations r ON r.id = touched.recommendation_id
         WHERE NOT EXISTS (
            SELECT FROM result_changes mark WHERE mark.assessment_id = r.assessment_id
               AND mark.made_in = pg_current_xact_id() AND mark.made_at = transaction_timestamp())
    ), gone AS (
        DELETE FROM result_changes WHERE (assessment_id, version) IN (
            SELECT mark.assessment_id, mark.version FROM result_changes mark JOIN results USING (assessment_id)
               FOR UPDATE OF mark SKIP LOCKED)
    )
    INSERT INTO result_changes (assessment_id) SELECT assessment_id FROM results;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER recommendation_overrides_result_%(event)s AFTER %(event)s ON recommendation_overrides
    REFERENCING %(rows)s TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION recommendation_overrides_change_results();
"""
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
FORWARD = FUNCTION + "".join(TRIGGER % {"event": event, "rows": rows} for event, rows in EVENTS.items())
BACKWARD = (
    "".join(f"DROP TRIGGER {TABLE}_result_{event} ON {TABLE};" for event in EVENTS)
    + f"DROP FUNCTION {TABLE}_change_results();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0006_keep_rows"),
        ("catalog", "0008_say_what_a_rule_asks"),
        ("recommendations", "0018_acceptance_of_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecommendationOverride",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("first", "Put first"),
                            ("remove", "Taken off the list"),
                            ("add", "Added"),
                            ("take_back", "Taken back"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        help_text="The student reads it, but for that of taking back, which is for the record."
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "recommendation_overrides",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="recommendation",
            name="origin",
            field=models.CharField(
                choices=[("engine", "Engine"), ("person", "Person")],
                db_default="engine",
                default="engine",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="recommendationitem",
            name="confidence",
            field=models.DecimalField(decimal_places=3, max_digits=5, null=True),
        ),
        migrations.AlterField(
            model_name="recommendationitem",
            name="parts",
            field=models.JSONField(null=True),
        ),
        # Of the rows that are there, two checks are looked at by migration 0021, while others read and write.
        AddConstraintNotValid(
            model_name="recommendation",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["engine", "person"])), name="recommendations_origin_known"
            ),
        ),
        migrations.AddField(
            model_name="recommendationoverride",
            name="credential",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recommendation_overrides",
                to="catalog.credential",
            ),
        ),
        migrations.AddField(
            model_name="recommendationoverride",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recommendationoverride",
            name="overridden",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="overrides",
                to="recommendations.recommendation",
            ),
        ),
        migrations.AddField(
            model_name="recommendationoverride",
            name="recommendation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="made_by",
                to="recommendations.recommendation",
            ),
        ),
        migrations.AddField(
            model_name="recommendationitem",
            name="override",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="recommendations.recommendationoverride",
            ),
        ),
        AddConstraintNotValid(
            model_name="recommendationitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confidence__isnull", False), ("parts__isnull", False)),
                    models.Q(
                        ("confidence__isnull", True), ("override__isnull", False), ("parts__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="recommendation_items_unranked_is_added",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action", "take_back"), ("credential__isnull", True)),
                    models.Q(("action__in", ["first", "remove", "add"]), ("credential__isnull", False)),
                    _connector="OR",
                ),
                name="recommendation_overrides_action_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThanOrEqual(
                        django.db.models.functions.text.Length("reason"), 10
                    ),
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("reason"), 1000
                    ),
                ),
                name="recommendation_overrides_reason_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("recommendation", models.F("overridden")), _negated=True),
                name="recommendation_overrides_another_list",
            ),
        ),
        migrations.AddConstraint(
            model_name="recommendationoverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("action", "take_back"), _negated=True),
                fields=("recommendation",),
                name="recommendation_overrides_one_a_list",
            ),
        ),
        migrations.RunSQL(append_only_sql(TABLE), drop_append_only_sql(TABLE)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
