"""Makes the database refuse to change or delete rows that are a record."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql

TABLES = ["rule_scores", "essay_scores", "criterion_marks", "skill_estimates"]


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]
    operations = [migrations.RunSQL(append_only_sql(table), drop_append_only_sql(table)) for table in TABLES]
