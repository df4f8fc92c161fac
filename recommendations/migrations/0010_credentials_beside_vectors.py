"""Every vector names its credential, so that a search need not go through passages and documents to filter."""

import django.db.models.deletion
from django.db import migrations, models

# The credential follows from the passage, whoever writes the row; and it follows a document that is moved.
FOLLOW = """
CREATE FUNCTION embedding_artifacts_name_credential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.credential_id := (
        SELECT document.credential_id FROM document_chunks AS chunk
          JOIN credential_documents AS document ON document.id = chunk.document_id WHERE chunk.id = NEW.chunk_id);
    RETURN NEW;
END $$;
CREATE TRIGGER embedding_artifacts_credential BEFORE INSERT OR UPDATE OF chunk_id, credential_id
    ON embedding_artifacts FOR EACH ROW EXECUTE FUNCTION embedding_artifacts_name_credential();

CREATE FUNCTION credential_documents_take_vectors_along() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE embedding_artifacts SET credential_id = NEW.credential_id
      FROM document_chunks AS chunk WHERE chunk.document_id = NEW.id AND chunk_id = chunk.id;
    RETURN NULL;
END $$;
CREATE TRIGGER credential_documents_vectors AFTER UPDATE OF credential_id ON credential_documents
    FOR EACH ROW WHEN (OLD.credential_id <> NEW.credential_id)
    EXECUTE FUNCTION credential_documents_take_vectors_along();
"""
UNFOLLOW = """
DROP TRIGGER credential_documents_vectors ON credential_documents;
DROP FUNCTION credential_documents_take_vectors_along();
DROP TRIGGER embedding_artifacts_credential ON embedding_artifacts;
DROP FUNCTION embedding_artifacts_name_credential();
"""
# Every row is written anew: the graph is built once afterwards, not passage by passage.
FILL = """
DROP INDEX idx_embedding_artifacts_hnsw;
UPDATE embedding_artifacts SET credential_id = NULL WHERE chunk_id IS NOT NULL;
CREATE INDEX idx_embedding_artifacts_hnsw ON embedding_artifacts
    USING hnsw ((vector::halfvec(384)) halfvec_cosine_ops) WITH (m = 16, ef_construction = 64);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_outside_ids_of_skills"),
        ("recommendations", "0009_indexes_beside_each_other"),
    ]

    operations = [
        migrations.AddField(
            model_name="embeddingartifact",
            name="credential",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="embedding_artifacts",
                to="catalog.credential",
            ),
        ),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="embeddingartifact",
            index=models.Index(
                fields=["credential", "provider", "model", "dimension"],
                name="idx_embedding_artifacts_cred",
            ),
        ),
    ]
