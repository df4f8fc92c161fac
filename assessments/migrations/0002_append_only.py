"""Makes the database refuse to change or delete rows that are a record."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql

TABLES = ["assessment_question_snapshots", "assessment_responses"]


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]
    operations = [migrations.RunSQL(append_only_sql(table), drop_append_only_sql(table)) for table in TABLES]
