"""Makes the database refuse TRUNCATE of rows that are a record, and erasure that left no line in the trail."""

from django.db import migrations

from microcred.db import drop_keep_rows_sql, keep_rows_sql

TABLES = ["assessment_question_snapshots", "assessment_responses"]


class Migration(migrations.Migration):
    dependencies = [("assessments", "0005_numbers_that_can_be")]
    operations = [migrations.RunSQL(keep_rows_sql(table), drop_keep_rows_sql(table)) for table in TABLES]
