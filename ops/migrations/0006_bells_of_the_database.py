"""Jobs ring for themselves, wait in an index of their own, and can be kept apart."""

from django.db import migrations, models

RING = """
CREATE FUNCTION ring_for_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('microcred_jobs', '');
    RETURN NULL;
END $$;
CREATE TRIGGER async_jobs_ring AFTER INSERT OR UPDATE OF status, next_run_at ON async_jobs
    FOR EACH ROW WHEN (NEW.status = 'queued') EXECUTE FUNCTION ring_for_job();
"""
RING_NO_MORE = "DROP TRIGGER async_jobs_ring ON async_jobs; DROP FUNCTION ring_for_job();"
# Every job passes through the small index of those that are ready and leaves a dead entry there.
CLEAN_OFTEN = """
ALTER TABLE async_jobs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
"""
CLEAN_AS_USUAL = "ALTER TABLE async_jobs RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);"


class Migration(migrations.Migration):
    dependencies = [("ops", "0005_audit_chain")]

    operations = [
        migrations.RemoveIndex(model_name="asyncjob", name="async_jobs_status_next_run"),
        migrations.RemoveField(model_name="asyncjob", name="rung_at"),
        migrations.AddField(
            model_name="asyncjob",
            name="share",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Whose turn it takes where a kind limits those.",
                max_length=80,
            ),
        ),
        migrations.AddField(
            model_name="asyncjob",
            name="alone",
            field=models.BooleanField(
                db_default=False,
                help_text="Its workers died twice: it runs where no other job can suffer from it.",
            ),
        ),
        migrations.AddIndex(
            model_name="asyncjob",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["alone", "next_run_at", "id"],
                name="async_jobs_ready",
            ),
        ),
        migrations.RunSQL(RING, RING_NO_MORE),
        migrations.RunSQL(CLEAN_OFTEN, CLEAN_AS_USUAL),
    ]
