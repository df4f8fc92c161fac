"""An assessment that is under way has no result to be kept, and leaves no marks when it changes."""

from django.db import migrations

# Its status stands in the row itself: who sees it completed sees all that was changed before. What hangs on it is another
# matter, for that may be written by a transaction that does not know yet of the completion.
FUNCTION = """
CREATE OR REPLACE FUNCTION assessments_change_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH results AS (
        SELECT touched.id AS assessment_id FROM touched
         WHERE touched.status %s AND NOT EXISTS (
            SELECT FROM result_changes mark WHERE mark.assessment_id = touched.id
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


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0015_changes_of_results")]

    operations = [migrations.RunSQL(FUNCTION % "= 'completed'", FUNCTION % "IS NOT NULL")]
