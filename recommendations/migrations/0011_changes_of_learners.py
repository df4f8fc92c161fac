"""Which learners a transaction changed, so that what is held of all of them in memory is brought up to date."""

from django.db import migrations

# Numbers of transactions rise; whoever remembers the lowest that was under way reads from there on the next time, and
# misses nothing. What is taken away leaves no row, so that its role is noted.
FORWARD = """
ALTER TABLE learner_profiles ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX idx_learner_profiles_changed ON learner_profiles (role_id, changed_in);
CREATE TABLE learner_removals (role_id uuid PRIMARY KEY, removed_in xid8 NOT NULL);

CREATE FUNCTION learner_profiles_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_in := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER learner_profiles_changed BEFORE UPDATE ON learner_profiles
    FOR EACH ROW EXECUTE FUNCTION learner_profiles_change();

CREATE FUNCTION learner_profiles_remove() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO learner_removals SELECT DISTINCT role_id, pg_current_xact_id() FROM gone ORDER BY role_id
        ON CONFLICT (role_id) DO UPDATE SET removed_in = EXCLUDED.removed_in;
    RETURN NULL;
END $$;
CREATE TRIGGER learner_profiles_removed AFTER DELETE ON learner_profiles REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION learner_profiles_remove();

CREATE FUNCTION learner_credentials_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE learner_profiles SET changed_in = pg_current_xact_id()
     WHERE id IN (SELECT p.id FROM learner_profiles p WHERE p.user_id IN (SELECT user_id FROM changed)
                   ORDER BY p.id FOR NO KEY UPDATE);
    RETURN NULL;
END $$;
CREATE TRIGGER learner_credentials_added AFTER INSERT ON learner_credentials REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION learner_credentials_change();
CREATE TRIGGER learner_credentials_moved AFTER UPDATE ON learner_credentials REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION learner_credentials_change();
CREATE TRIGGER learner_credentials_removed AFTER DELETE ON learner_credentials REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION learner_credentials_change();
"""
BACKWARD = """
DROP TRIGGER learner_credentials_removed ON learner_credentials;
DROP TRIGGER learner_credentials_moved ON learner_credentials;
DROP TRIGGER learner_credentials_added ON learner_credentials;
DROP FUNCTION learner_credentials_change();
DROP TRIGGER learner_profiles_removed ON learner_profiles;
DROP FUNCTION learner_profiles_remove();
DROP TRIGGER learner_profiles_changed ON learner_profiles;
DROP FUNCTION learner_profiles_change();
DROP TABLE learner_removals;
ALTER TABLE learner_profiles DROP COLUMN changed_in;
"""


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0010_credentials_beside_vectors")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
