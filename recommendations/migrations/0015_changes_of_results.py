"""Marks that are others after every committed change of what a result shows, cheap to read."""

from django.db import migrations

# A transaction leaves one number for each result that it touches, and takes away those that it finds. Rows that another
# transaction holds are passed over, so that nobody waits; which numbers are visible is therefore never the same twice.
# One number will do, since all that a transaction changes is seen at once; it is told from all others by number and
# time, because a restored database counts anew.
TABLE = """
CREATE TABLE result_changes (
    assessment_id uuid NOT NULL,
    version bigint GENERATED ALWAYS AS IDENTITY,
    made_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    made_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    PRIMARY KEY (assessment_id, version)
);
CREATE FUNCTION result_marks(assessment uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws('|',
        (SELECT string_agg(version::text, ',' ORDER BY version) FROM result_changes
          WHERE assessment_id IN (assessment, '00000000-0000-0000-0000-000000000000')),
        (SELECT string_agg(version::text, ',' ORDER BY version) FROM catalog_changes))
$$;
"""
FUNCTION = """
CREATE FUNCTION %(table)s_change_results() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH results AS (
        SELECT DISTINCT seen.assessment_id FROM (%(results)s) AS seen
         WHERE seen.assessment_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM result_changes mark WHERE mark.assessment_id = seen.assessment_id
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
# No result is left to be kept, so that nothing has to tell of it.
FORGET = """
CREATE FUNCTION forget_result_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM result_changes WHERE assessment_id IN (SELECT id FROM touched);
    RETURN NULL;
END $$;
DROP TRIGGER assessments_result_delete ON assessments;
CREATE TRIGGER assessments_result_delete AFTER DELETE ON assessments REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION forget_result_changes();
"""
EVENTS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
ITS_OWN = "SELECT assessment_id FROM touched"
OF_ITS_RUN = "SELECT r.assessment_id FROM touched JOIN recommendations r ON r.id = touched.recommendation_id"
# Under this id stand the marks of what bears on every result.
EVERY = "SELECT '00000000-0000-0000-0000-000000000000'::uuid AS assessment_id"
RESULTS = {
    "assessments": "SELECT id AS assessment_id FROM touched",
    "assessment_question_snapshots": ITS_OWN,
    "assessment_responses": ITS_OWN,
    "rule_scores": ITS_OWN,
    "essay_scores": ITS_OWN,
    "criterion_marks": "SELECT e.assessment_id FROM touched JOIN essay_scores e ON e.id = touched.essay_score_id",
    "score_overrides": ITS_OWN,
    "score_changes": ITS_OWN,
    "appeals": ITS_OWN,
    "appeal_decisions": "SELECT a.assessment_id FROM touched JOIN appeals a ON a.id = touched.appeal_id",
    "skill_contests": ITS_OWN,
    "skill_checks": "SELECT c.assessment_id FROM touched JOIN skill_contests c ON c.id = touched.contest_id",
    "seen_notices": """
        SELECT c.assessment_id FROM touched JOIN score_changes c ON c.id = touched.change_id
        UNION ALL SELECT a.assessment_id FROM touched JOIN appeal_decisions d ON d.id = touched.decision_id
            JOIN appeals a ON a.id = d.appeal_id
        UNION ALL SELECT c.assessment_id FROM touched JOIN skill_checks s ON s.id = touched.check_made_id
            JOIN skill_contests c ON c.id = s.contest_id""",
    "profile_runs": ITS_OWN,
    "skill_estimates": ITS_OWN,
    "model_calls": ITS_OWN,
    "recommendations": ITS_OWN,
    "recommendation_items": OF_ITS_RUN,
    "rag_traces": OF_ITS_RUN,
    "what_ifs": OF_ITS_RUN,
    "recommendation_item_traces": """
        SELECT r.assessment_id FROM touched JOIN recommendation_items i ON i.id = touched.recommendationitem_id
            JOIN recommendations r ON r.id = i.recommendation_id""",
    # What else bears on results, credentials and skills, has marks of its own: catalog_changes.
    "role_catalog": EVERY,
    "question_versions": EVERY,
    "embedding_artifacts": EVERY,
    "embedding_indexes": EVERY,
}
FORWARD = (
    TABLE
    + "".join(
        FUNCTION % {"table": table, "results": results}
        + "".join(TRIGGER % {"table": table, "event": event, "rows": rows} for event, rows in EVENTS.items())
        for table, results in RESULTS.items()
    )
    + FORGET
)
BACKWARD = (
    "".join(
        "".join(f"DROP TRIGGER {table}_result_{event} ON {table};" for event in EVENTS)
        + f"DROP FUNCTION {table}_change_results();"
        for table in RESULTS
    )
    + "DROP FUNCTION forget_result_changes(); DROP FUNCTION result_marks(uuid); DROP TABLE result_changes;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0014_changes_of_passages"),
        ("scoring", "0016_gate_calls_in_the_ledger"),
        ("catalog", "0006_changes"),
        ("assessments", "0006_keep_rows"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
