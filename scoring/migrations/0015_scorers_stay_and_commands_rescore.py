"""What scored, and why it came into use, is not deleted; a rescoring may be an operator's, by command."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = ("scorer_releases", "scorer_activations")
FUNCTION = """
CREATE FUNCTION refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF erasure_is_open() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% keeps what scored: DELETE refused', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def guard(table):
    """Refuse to delete a row outside of an erasure."""
    return f"CREATE TRIGGER {table}_stay BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_deletion();"


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("scoring", "0014_runs_of_the_profile"),
    ]
    operations = [
        migrations.AlterField(
            "rescoring",
            "requested_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_deletion();"),
        *(migrations.RunSQL(guard(table), f"DROP TRIGGER {table}_stay ON {table};") for table in TABLES),
    ]
