"""Makes the database refuse to change or delete what was said in threads."""

from django.db import migrations

from microcred.db import append_only_sql, drop_append_only_sql


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_replies_in_threads")]
    operations = [
        migrations.RunSQL(append_only_sql("thread_messages"), drop_append_only_sql("thread_messages"))
    ]
