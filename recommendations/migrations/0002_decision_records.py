"""Adds the chain of decision records, which not even erasure may change."""

from django.db import migrations, models

import microcred.ids

# Unlike refuse_change of the other append-only tables, this knows no exception: records hold no personal content.
GUARD = """
CREATE FUNCTION refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER decision_records_append_only BEFORE UPDATE OR DELETE ON decision_records
    FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
"""
UNGUARD = "DROP TRIGGER decision_records_append_only ON decision_records; DROP FUNCTION refuse_any_change();"


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="DecisionRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.PositiveBigIntegerField(unique=True)),
                ("assessment_id", models.UUIDField(db_index=True)),
                ("recommendation_id", models.UUIDField(unique=True)),
                ("body", models.TextField()),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "decision_records",
                "ordering": ["sequence"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)), name="decision_records_sequence_positive"
                    )
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
