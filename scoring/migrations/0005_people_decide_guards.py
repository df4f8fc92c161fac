"""Makes the database refuse to change what people decided, and appeals decided by those who gave the score."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql

TABLES = [
    "score_overrides", "score_changes", "reviewer_calibrations", "appeal_messages", "appeal_decisions",
]  # fmt: skip

IMPARTIAL = """
CREATE FUNCTION refuse_partial_decider() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    appealed appeals%ROWTYPE;
BEGIN
    SELECT * INTO STRICT appealed FROM appeals WHERE id = NEW.appeal_id;
    IF NEW.decided_by_id = appealed.submitted_by_id
        OR EXISTS (SELECT FROM essay_scores WHERE question_snapshot_id = appealed.question_snapshot_id
            AND scored_by_id = NEW.decided_by_id)
        OR EXISTS (SELECT FROM score_overrides WHERE question_snapshot_id = appealed.question_snapshot_id
            AND scored_by_id = NEW.decided_by_id)
        OR EXISTS (SELECT FROM review_tasks WHERE question_snapshot_id = appealed.question_snapshot_id
            AND done_by_id = NEW.decided_by_id)
        OR EXISTS (SELECT FROM appeal_decisions earlier JOIN appeals one ON one.id = earlier.appeal_id
            WHERE one.question_snapshot_id = appealed.question_snapshot_id
            AND earlier.decided_by_id = NEW.decided_by_id) THEN
        RAISE EXCEPTION 'an appeal is not decided by who scored or reviewed the answer, or made the appeal'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_decisions_impartial BEFORE INSERT ON appeal_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_partial_decider();
"""
NOT_IMPARTIAL = """
DROP TRIGGER appeal_decisions_impartial ON appeal_decisions;
DROP FUNCTION refuse_partial_decider();
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0004_people_decide")]
    operations = [
        *(migrations.RunSQL(append_only_sql(table), drop_append_only_sql(table)) for table in TABLES),
        migrations.RunSQL(IMPARTIAL, NOT_IMPARTIAL),
    ]
