"""Passages know their document's title and are found by words; titles have vectors of their own."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgvector.django.vector
from django.db import migrations, models

import microcred.ids

# What was cut before keeps its passages and their vectors.
FILL = """
UPDATE document_chunks SET title = document.title
  FROM credential_documents AS document WHERE document.id = document_chunks.document_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_outside_ids_of_skills"),
        ("recommendations", "0007_receptions_and_ranks"),
    ]

    operations = [
        migrations.CreateModel(
            name="TitleEmbedding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("model", models.CharField(max_length=200)),
                ("dimension", models.PositiveSmallIntegerField()),
                ("content_hash", models.CharField(max_length=64)),
                ("vector", pgvector.django.vector.VectorField(dimensions=384)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "title_embeddings",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="title",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="The document's, so that a search by words knows it.",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="titleembedding",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="title_embeddings",
                to="catalog.credentialdocument",
            ),
        ),
        migrations.AddField(
            model_name="documentchunk",
            name="words",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.contrib.postgres.search.CombinedSearchVector(
                    django.contrib.postgres.search.CombinedSearchVector(
                        django.contrib.postgres.search.SearchVector("title", config="english", weight="A"),
                        "||",
                        django.contrib.postgres.search.SearchVector("heading", config="english", weight="B"),
                        django.contrib.postgres.search.SearchConfig("english"),
                    ),
                    "||",
                    django.contrib.postgres.search.SearchVector("text", config="english", weight="D"),
                    django.contrib.postgres.search.SearchConfig("english"),
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="documentchunk",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="idx_document_chunks_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="titleembedding",
            constraint=models.UniqueConstraint(
                fields=("document", "provider", "model", "dimension"), name="title_embeddings_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="titleembedding",
            constraint=models.CheckConstraint(
                condition=models.Q(("dimension", 384)), name="title_embeddings_dimension_fits"
            ),
        ),
    ]
