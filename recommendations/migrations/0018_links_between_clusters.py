"""Chooses the links of the graph of vectors among 128 candidates instead of 64.

With 64 a cluster could be linked so poorly that some searches never came to it, also where they kept 100 candidates; which
ones was a matter of luck at each build. The setting counts from now on: vectors that are there keep their links until
``REINDEX INDEX CONCURRENTLY idx_embedding_artifacts_hnsw``, which takes about twice as long as before.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
import pgvector.django.halfvec
import pgvector.django.indexes
from django.db import migrations

NAME = "idx_embedding_artifacts_hnsw"
ALTER = f"ALTER INDEX {NAME} SET (ef_construction = {{}})"


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0017_records_are_not_compressed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ALTER.format(128), ALTER.format(64))],
            state_operations=[
                migrations.RemoveIndex(model_name="embeddingartifact", name=NAME),
                migrations.AddIndex(
                    model_name="embeddingartifact",
                    index=pgvector.django.indexes.HnswIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.comparison.Cast(
                                "vector", pgvector.django.halfvec.HalfVectorField(dimensions=384)
                            ),
                            name="halfvec_cosine_ops",
                        ),
                        ef_construction=128,
                        m=16,
                        name=NAME,
                    ),
                ),
            ],
        )
    ]
