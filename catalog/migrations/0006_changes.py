"""A mark that is another one after every committed change of the catalog, cheap to read."""

from django.db import migrations

# Each changing statement leaves a number of its own and takes away those that it finds. Rows that another transaction
# holds are passed over, so that nobody waits; which numbers are visible is therefore never the same twice.
FORWARD = """
CREATE TABLE catalog_changes (version bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY);
CREATE FUNCTION catalog_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalog_changes WHERE version IN (SELECT version FROM catalog_changes FOR UPDATE SKIP LOCKED);
    INSERT INTO catalog_changes DEFAULT VALUES;
    RETURN NULL;
END $$;
"""
TABLES = (
    "credential_catalog",
    "credential_skills",
    "credential_prerequisites",
    "credential_roles",
    "credential_documents",
    "role_skills",
    "skills",
)
EVENTS = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
WATCHED = "".join(
    f"CREATE TRIGGER {table}_changed AFTER {EVENTS} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_changed ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_outside_ids_of_skills")]

    operations = [
        migrations.RunSQL(
            FORWARD + WATCHED, BACKWARD + "DROP FUNCTION catalog_changed(); DROP TABLE catalog_changes;"
        )
    ]
