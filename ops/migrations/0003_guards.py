"""What only PostgreSQL can promise: an append-only audit trail, tables without a log, quick bells."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql


class Migration(migrations.Migration):
    dependencies = [
        ("ops", "0002_assessments"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [
        migrations.RunSQL(append_only_sql("audit_logs"), drop_append_only_sql("audit_logs")),
        migrations.RunSQL(
            "ALTER TABLE rate_buckets SET UNLOGGED; ALTER TABLE cache_counters SET UNLOGGED;",
            "ALTER TABLE rate_buckets SET LOGGED; ALTER TABLE cache_counters SET LOGGED;",
        ),
        # The queue asks for the oldest bell of its own name ten times a second.
        migrations.RunSQL(
            "CREATE INDEX django_q_ormq_key_id ON django_q_ormq (key, id);",
            "DROP INDEX django_q_ormq_key_id;",
        ),
    ]
