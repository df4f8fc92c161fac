"""Makes the database refuse TRUNCATE of rows that are a record, and erasure that left no line in the trail."""

from django.db import migrations

from microcred.db import drop_keep_rows_sql, keep_rows_sql

TABLES = ["webhook_attempts"]


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_append_only")]
    operations = [migrations.RunSQL(keep_rows_sql(table), drop_keep_rows_sql(table)) for table in TABLES]
