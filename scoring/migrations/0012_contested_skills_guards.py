"""What the database holds about contested levels: whose they are, one open at a time, checked by staff, once."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql

TABLES = ["skill_contests", "skill_checks"]

GUARD = """
CREATE FUNCTION guard_skill_contest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM assessments WHERE id = NEW.assessment_id AND user_id = NEW.submitted_by_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a student contests levels of their own' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT FROM skill_contests c WHERE c.assessment_id = NEW.assessment_id AND c.skill_id = NEW.skill_id
            AND NOT EXISTS (SELECT FROM skill_checks k WHERE k.contest_id = c.id)) THEN
        RAISE EXCEPTION 'a level is contested once until it has been checked'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER skill_contests_guarded BEFORE INSERT ON skill_contests
    FOR EACH ROW EXECUTE FUNCTION guard_skill_contest();
CREATE FUNCTION guard_skill_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM users WHERE id = NEW.checked_by_id AND role IN ('advisor', 'admin')) THEN
        RAISE EXCEPTION 'only staff checks a contested level' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER skill_checks_staff_only BEFORE INSERT ON skill_checks
    FOR EACH ROW EXECUTE FUNCTION guard_skill_check();
"""
UNGUARD = """
DROP TRIGGER skill_checks_staff_only ON skill_checks;
DROP FUNCTION guard_skill_check();
DROP TRIGGER skill_contests_guarded ON skill_contests;
DROP FUNCTION guard_skill_contest();
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0011_contested_skills"), ("ops", "0004_keep_rows")]
    operations = [
        *(migrations.RunSQL(append_only_sql(table), drop_append_only_sql(table)) for table in TABLES),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
