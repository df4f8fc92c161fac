"""Makes the database refuse TRUNCATE of the trail, and erasure that left no line in it."""

from django.db import migrations

from microcred.db import drop_keep_rows_sql, keep_rows_sql


class Migration(migrations.Migration):
    dependencies = [("ops", "0003_guards")]
    operations = [migrations.RunSQL(keep_rows_sql("audit_logs"), drop_keep_rows_sql("audit_logs"))]
