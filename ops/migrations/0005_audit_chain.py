"""Chains the rows of the audit trail by their hashes, and takes erasure's exception from its guard.

A row is linked when its transaction commits, so that transactions wait for each other only while they commit, and not
from their first row of the trail on. Deferred triggers of one transaction run in rounds: the first round holds the
checks of foreign keys, which may wait for locks of others, and the trigger that makes the link; the trigger on the link
belongs to the second. The lock on the head of the chain is thus the last that a transaction ever waits for, and no two
can wait for each other.
"""

from django.db import migrations, models

from microcred.db import drop_keep_rows_sql, keep_rows_sql

DIGEST = """
CREATE FUNCTION audit_digest(entry audit_logs, place bigint, previous text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        place, previous, entry.id, entry.actor_id, entry.actor_role, entry.action, entry.resource_type,
        entry.resource_id, to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), entry.metadata
    )::text, 'UTF8')), 'hex');
$$;
"""
LINK = """
CREATE FUNCTION make_audit_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_links (audit_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION link_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
    entry audit_logs;
BEGIN
    PERFORM pg_advisory_xact_lock(7882250929652200497);
    SELECT * INTO STRICT entry FROM audit_logs WHERE id = NEW.audit_id;
    SELECT sequence, digest INTO last FROM audit_links WHERE sequence IS NOT NULL ORDER BY sequence DESC LIMIT 1;
    UPDATE audit_links SET sequence = coalesce(last.sequence, 0) + 1, previous = coalesce(last.digest, repeat('0', 64)),
        digest = audit_digest(entry, coalesce(last.sequence, 0) + 1, coalesce(last.digest, repeat('0', 64)))
        WHERE audit_id = NEW.audit_id;
    RETURN NULL;
END $$;
INSERT INTO audit_links (audit_id) SELECT id FROM audit_logs;
DO $$
DECLARE
    entry audit_logs;
    place bigint := 0;
    head text := repeat('0', 64);
BEGIN
    FOR entry IN SELECT * FROM audit_logs ORDER BY created_at, id LOOP
        place := place + 1;
        UPDATE audit_links SET sequence = place, previous = head, digest = audit_digest(entry, place, head)
            WHERE audit_id = entry.id RETURNING digest INTO head;
    END LOOP;
END $$;
CREATE CONSTRAINT TRIGGER audit_logs_link AFTER INSERT ON audit_logs DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION make_audit_link();
CREATE CONSTRAINT TRIGGER audit_links_chain AFTER INSERT ON audit_links DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION link_audit_row();
"""
GUARD = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'audit_links' THEN
        IF TG_OP = 'INSERT' AND NEW.sequence IS NULL AND NEW.previous IS NULL AND NEW.digest IS NULL
            OR TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND OLD.audit_id = NEW.audit_id THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP TRIGGER audit_logs_append_only ON audit_logs;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_links_append_only BEFORE INSERT OR UPDATE OR DELETE ON audit_links
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
"""
UNDO = """
DROP TRIGGER audit_logs_link ON audit_logs;
DROP TRIGGER audit_logs_append_only ON audit_logs;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER audit_links_chain ON audit_links;
DROP TRIGGER audit_links_append_only ON audit_links;
DROP FUNCTION refuse_audit_change();
DROP FUNCTION make_audit_link();
DROP FUNCTION link_audit_row();
DROP FUNCTION audit_digest(audit_logs, bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("ops", "0004_keep_rows")]

    operations = [
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("audit", models.UUIDField(db_column="audit_id", primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(null=True, unique=True)),
                ("previous", models.CharField(max_length=64, null=True)),
                ("digest", models.CharField(max_length=64, null=True)),
            ],
            options={"db_table": "audit_links", "ordering": ["sequence"]},
        ),
        migrations.RunSQL(DIGEST + LINK + GUARD, UNDO),
        migrations.RunSQL(keep_rows_sql("audit_links"), drop_keep_rows_sql("audit_links")),
    ]
