"""Makes the database refuse to change or delete tries that were made."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql

TABLES = ["webhook_attempts"]


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [migrations.RunSQL(append_only_sql(table), drop_append_only_sql(table)) for table in TABLES]
