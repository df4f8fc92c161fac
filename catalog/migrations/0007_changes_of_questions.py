"""The mark of the catalog is another one after a change of questions and roles too."""

from django.db import migrations

TABLES = ("questions", "question_versions", "role_catalog", "role_prerequisites")
EVENTS = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
FORWARD = "".join(
    f"CREATE TRIGGER {table}_changed AFTER {EVENTS} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION catalog_changed();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_changed ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_changes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
