"""What the database holds about oversight: rows stay, leases and ended reviews hold, appeals end once and rightly."""

from django.db import migrations

from microcred.db import drop_keep_rows_sql, keep_rows_sql

TABLES = [
    "rule_scores", "essay_scores", "criterion_marks", "skill_estimates", "score_overrides", "score_changes",
    "reviewer_calibrations", "appeal_messages", "appeal_decisions", "model_calls", "model_call_contents",
]  # fmt: skip

SETTLED_ONCE = """
CREATE OR REPLACE FUNCTION refuse_unless_settling() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    settling text[] := ARRAY['state', 'outcome', 'answered_model', 'input_tokens', 'output_tokens', 'latency_ms',
        'cost_microcents', 'cost_is_estimate', 'settled_at'];
BEGIN
    IF {is_erasing} THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'reserved' AND NEW.state = 'settled'
        AND (to_jsonb(OLD) - settling) = (to_jsonb(NEW) - settling) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BY_SETTING = "current_setting('microcred.erasure', true) = 'on'"

REVIEWS = """
CREATE FUNCTION guard_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.done_at IS NULL OR erasure_is_open() THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a review that was done stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.done_at IS NOT NULL AND NOT erasure_is_open() THEN
        RAISE EXCEPTION 'a review that was done stays as it was' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.claimed_by_id <> OLD.claimed_by_id AND OLD.lease_until > clock_timestamp() THEN
        RAISE EXCEPTION 'a review that somebody holds is not handed to another'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.done_by_id IS NOT NULL AND NEW.done_by_id IS DISTINCT FROM NEW.claimed_by_id THEN
        RAISE EXCEPTION 'only who holds a review can do it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM essay_scores WHERE id = NEW.essay_score_id AND scored_by_id = NEW.claimed_by_id) THEN
        RAISE EXCEPTION 'nobody reviews a score that they gave' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER review_tasks_guarded BEFORE UPDATE OR DELETE ON review_tasks
    FOR EACH ROW EXECUTE FUNCTION guard_review();
"""
NO_REVIEWS = "DROP TRIGGER review_tasks_guarded ON review_tasks; DROP FUNCTION guard_review();"

APPEALS = """
CREATE FUNCTION guard_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND erasure_is_open() THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM assessments a JOIN assessment_question_snapshots s ON s.assessment_id = a.id
            WHERE a.id = NEW.assessment_id AND s.id = NEW.question_snapshot_id AND a.user_id = NEW.submitted_by_id)
            OR NEW.status <> 'open' THEN
            RAISE EXCEPTION 'a student appeals about an answer of their own, and the appeal is open'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'open' AND NEW.status = 'decided'
        AND (to_jsonb(OLD) - 'status') = (to_jsonb(NEW) - 'status')
        AND EXISTS (SELECT FROM appeal_decisions WHERE appeal_id = NEW.id) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD = NEW THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an appeal stays as it was made, and is decided once, by a decision: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER appeals_guarded BEFORE INSERT OR UPDATE OR DELETE ON appeals
    FOR EACH ROW EXECUTE FUNCTION guard_appeal();
CREATE FUNCTION guard_appeal_thread() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM appeals WHERE id = NEW.appeal_id AND status = 'open') THEN
        RAISE EXCEPTION 'the thread and the decision of an appeal belong to the time while it is open'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_messages_while_open BEFORE INSERT ON appeal_messages
    FOR EACH ROW EXECUTE FUNCTION guard_appeal_thread();
CREATE TRIGGER appeal_decisions_while_open BEFORE INSERT ON appeal_decisions
    FOR EACH ROW EXECUTE FUNCTION guard_appeal_thread();
CREATE FUNCTION require_staff_decider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = NEW.decided_by_id AND role IN ('advisor', 'admin')) THEN
        RAISE EXCEPTION 'only staff decides an appeal' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_decisions_staff_only BEFORE INSERT ON appeal_decisions
    FOR EACH ROW EXECUTE FUNCTION require_staff_decider();
"""
NO_APPEALS = """
DROP TRIGGER appeal_decisions_staff_only ON appeal_decisions;
DROP FUNCTION require_staff_decider();
DROP TRIGGER appeal_decisions_while_open ON appeal_decisions;
DROP TRIGGER appeal_messages_while_open ON appeal_messages;
DROP FUNCTION guard_appeal_thread();
DROP TRIGGER appeals_guarded ON appeals;
DROP FUNCTION guard_appeal();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0007_reviews_of_closed_answers_notices_rescorings"),
        ("ops", "0004_keep_rows"),
    ]
    operations = [
        *(migrations.RunSQL(keep_rows_sql(table), drop_keep_rows_sql(table)) for table in TABLES),
        migrations.RunSQL(
            SETTLED_ONCE.format(is_erasing="erasure_is_open()"), SETTLED_ONCE.format(is_erasing=BY_SETTING)
        ),
        migrations.RunSQL(REVIEWS, NO_REVIEWS),
        migrations.RunSQL(APPEALS, NO_APPEALS),
    ]
