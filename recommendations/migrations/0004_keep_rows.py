"""Makes the database refuse TRUNCATE of the chain of decision records."""

from django.db import migrations

from microcred.db import drop_keep_rows_sql, keep_rows_sql


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0003_numbers_that_can_be")]
    operations = [
        migrations.RunSQL(keep_rows_sql("decision_records"), drop_keep_rows_sql("decision_records"))
    ]
