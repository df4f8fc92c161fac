"""Results are marked as changed with what their student holds, of which their lists may be stale."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION %(table)s_change_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH results AS (
        SELECT DISTINCT a.id AS assessment_id FROM touched JOIN assessments a ON a.user_id = touched.user_id
         WHERE NOT EXISTS (
            SELECT FROM result_changes mark WHERE mark.assessment_id = a.id
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
CREATE TRIGGER %(table)s_result_%(event)s AFTER %(event)s ON %(table)s REFERENCING %(rows)s TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION %(table)s_change_results();
"""
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
TABLES = ("credential_claims", "learner_credentials")
FORWARD = "".join(
    FUNCTION % {"table": table}
    + "".join(TRIGGER % {"table": table, "event": event, "rows": rows} for event, rows in EVENTS.items())
    for table in TABLES
)
BACKWARD = "".join(
    "".join(f"DROP TRIGGER {table}_result_{event} ON {table};" for event in EVENTS)
    + f"DROP FUNCTION {table}_change_results();"
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0022_credential_claims")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
