"""Which model's vectors are in use, and an index by which the same words in another place are found."""

from django.db import migrations, models

import microcred.ids

# What was embedded before is in use: that by which most was.
ADOPT = """
INSERT INTO embedding_indexes (id, provider, model, dimension, active, switched_at, created_at)
SELECT gen_random_uuid(), provider, model, dimension, place = 1, CASE WHEN place = 1 THEN now() END, now()
  FROM (SELECT provider, model, dimension,
               row_number() OVER (ORDER BY count(*) DESC, provider, model, dimension) AS place
          FROM embedding_artifacts GROUP BY provider, model, dimension) AS found
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0008_words_and_titles"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmbeddingIndex",
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
                ("active", models.BooleanField(default=False)),
                ("overlap", models.FloatField(null=True)),
                (
                    "switched_at",
                    models.DateTimeField(help_text="When it last became the active one.", null=True),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "embedding_indexes",
                "ordering": ["created_at"],
            },
        ),
        migrations.AddIndex(
            model_name="embeddingartifact",
            index=models.Index(
                fields=["content_hash", "provider", "model", "dimension"],
                name="idx_embedding_artifacts_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingindex",
            constraint=models.UniqueConstraint(
                fields=("provider", "model", "dimension"), name="embedding_indexes_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingindex",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True)), fields=("active",), name="embedding_indexes_one_active"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingindex",
            constraint=models.CheckConstraint(
                condition=models.Q(("dimension", 384)), name="embedding_indexes_dimension_fits"
            ),
        ),
        migrations.AddConstraint(
            model_name="embeddingindex",
            constraint=models.CheckConstraint(
                condition=models.Q(("overlap__isnull", True), ("overlap__range", (0, 1)), _connector="OR"),
                name="embedding_indexes_overlap_is_share",
            ),
        ),
        migrations.RunSQL(ADOPT, migrations.RunSQL.noop),
    ]
