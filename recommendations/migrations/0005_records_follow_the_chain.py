"""Makes the database refuse a decision record that does not follow the last one, and a fork of the chain with it.

The lock is the one that recommendations.services.records takes; a transaction holds it until its end, so that of two
that append at once the second sees the record of the first. It cannot check the hash of the content, which is taken
over JSON as Python writes it; `manage.py verify_records` does.
"""

from django.db import migrations, models

GUARD = """
CREATE FUNCTION follow_the_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(7882269552614011492);
    SELECT sequence, digest INTO last FROM decision_records ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(last.sequence, 0) + 1 OR NEW.previous <> coalesce(last.digest, repeat('0', 64)) THEN
        RAISE EXCEPTION 'decision record % does not follow the chain', NEW.sequence
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_records_follow BEFORE INSERT ON decision_records
    FOR EACH ROW EXECUTE FUNCTION follow_the_chain();
"""
UNGUARD = "DROP TRIGGER decision_records_follow ON decision_records; DROP FUNCTION follow_the_chain();"


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0004_keep_rows")]

    operations = [
        migrations.AlterField("decisionrecord", "recommendation_id", models.UUIDField(db_index=True)),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
