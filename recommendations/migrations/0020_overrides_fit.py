"""What a person did to a list stands on a list of theirs, for the same assessment."""

from django.db import migrations

# A row of the same statement is seen by a trigger that comes after it; where nobody did anything, nothing is asked.
FORWARD = """
CREATE FUNCTION recommendation_items_fit_override() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM recommendations run
      JOIN recommendation_overrides act ON act.id = NEW.override_id
      JOIN recommendations made ON made.id = act.recommendation_id AND made.assessment_id = run.assessment_id
     WHERE run.id = NEW.recommendation_id AND run.origin = 'person';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'an override stands on a list that a person made, for the same assessment'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recommendation_items_override_fits AFTER INSERT OR UPDATE OF override_id, recommendation_id
    ON recommendation_items FOR EACH ROW WHEN (NEW.override_id IS NOT NULL)
    EXECUTE FUNCTION recommendation_items_fit_override();

CREATE FUNCTION recommendations_keep_origin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a list stays with its assessment, and with who made it'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER recommendations_origin_stays BEFORE UPDATE OF origin, assessment_id ON recommendations
    FOR EACH ROW WHEN (OLD.origin <> NEW.origin OR OLD.assessment_id <> NEW.assessment_id)
    EXECUTE FUNCTION recommendations_keep_origin();
"""
BACKWARD = """
DROP TRIGGER recommendations_origin_stays ON recommendations;
DROP FUNCTION recommendations_keep_origin();
DROP TRIGGER recommendation_items_override_fits ON recommendation_items;
DROP FUNCTION recommendation_items_fit_override();
"""


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0019_overrides")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
