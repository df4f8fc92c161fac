"""A mark that is another one after every committed change of what searches read, cheap to read."""

from django.db import migrations

# As the catalog's mark: rows that another transaction holds are passed over, so that nobody waits.
FORWARD = """
CREATE TABLE passage_changes (version bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY);
CREATE FUNCTION passages_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM passage_changes WHERE version IN (SELECT version FROM passage_changes FOR UPDATE SKIP LOCKED);
    INSERT INTO passage_changes DEFAULT VALUES;
    RETURN NULL;
END $$;
"""
TABLES = (
    "credential_catalog",
    "credential_documents",
    "document_chunks",
    "embedding_artifacts",
    "embedding_indexes",
    "title_embeddings",
    "word_counts",
)
EVENTS = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
WATCHED = "".join(
    f"CREATE TRIGGER {table}_found AFTER {EVENTS} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION passages_changed();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_found ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_changes"),
        ("recommendations", "0013_learned_histories"),
    ]

    operations = [
        migrations.RunSQL(
            FORWARD + WATCHED, BACKWARD + "DROP FUNCTION passages_changed(); DROP TABLE passage_changes;"
        )
    ]
