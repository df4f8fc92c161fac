"""Pieces of the catalog's documents, and their vectors."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField, HnswIndex, VectorField

from microcred.db import Model
from recommendations.enums import EntityType

VECTOR_DIMENSION = 384


class DocumentChunk(Model):
    """A passage of a credential's document that can be found and cited.

    Made and removed by ``recommendations.services.refresh_embeddings`` alone. ``text`` is, character for
    character, the document's text from ``start`` to ``end``. ``content_hash`` is the SHA-256 of what is
    embedded for it: the document's title, the heading and the text; it never changes.
    """

    document = models.ForeignKey(
        "catalog.CredentialDocument", on_delete=models.CASCADE, related_name="chunks"
    )
    position = models.PositiveIntegerField()
    title = models.TextField(
        blank=True, default="", db_default="", help_text="The document's, so that a search by words knows it."
    )
    heading = models.TextField(blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    content_hash = models.CharField(max_length=64)
    source_hash = models.CharField(
        max_length=64,
        help_text="Of the document and the way it was cut; while it is equal, so is the passage.",
    )
    # Always cut down as English is: one configuration makes the column a pure function of the row, and in other
    # languages equal words still meet.
    words = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("heading", weight="B", config="english")
        + SearchVector("text", weight="D", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "document_chunks"
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="document_chunks_position_once"),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="document_chunks_not_empty"
            ),
        ]
        indexes = [GinIndex(fields=["words"], name="idx_document_chunks_words")]

    def __str__(self) -> str:
        return f"{self.heading or self.title}: {self.text[:60]}"


class WordCount(models.Model):
    """How many passages have a word (its stem), so that a search need not count; the empty word stands for all.

    Counted anew by ``recommendations.services.refresh_embeddings`` whenever passages were added or removed.
    """

    word = models.TextField(primary_key=True)
    passages = models.PositiveIntegerField()

    class Meta:
        db_table = "word_counts"

    def __str__(self) -> str:
        return f"{self.word}: {self.passages}"


class EmbeddingArtifact(Model):
    """The vector of one thing by one model; only vectors of equal provider, model and dimension compare.

    ``content_hash`` is the SHA-256 of the text that was embedded, so that unchanged content is never
    embedded again. ``raw_embedding`` keeps a provider's full-length vector where it had to be shortened.
    """

    entity_type = models.CharField(max_length=32, choices=EntityType.choices)
    entity_id = models.UUIDField()
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=200)
    dimension = models.PositiveSmallIntegerField()
    content_hash = models.CharField(max_length=64)
    vector = VectorField(dimensions=VECTOR_DIMENSION)
    raw_embedding = models.BinaryField(null=True)
    chunk = models.ForeignKey(
        DocumentChunk, on_delete=models.CASCADE, null=True, related_name="embedding_artifacts"
    )
    # Set by the database, from the passage: searches filter by it.
    credential = models.ForeignKey(
        "catalog.Credential",
        on_delete=models.CASCADE,
        null=True,
        editable=False,
        db_index=False,
        related_name="embedding_artifacts",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "embedding_artifacts"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity_type", "entity_id", "provider", "model", "dimension"],
                name="embedding_artifacts_once",
            ),
            models.CheckConstraint(
                condition=models.Q(entity_type__in=EntityType.values), name="embedding_artifacts_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(dimension=VECTOR_DIMENSION), name="embedding_artifacts_dimension_fits"
            ),
            models.CheckConstraint(
                condition=models.Q(chunk__isnull=True) | models.Q(chunk=models.F("entity_id")),
                name="embedding_artifacts_chunk_is_entity",
            ),
        ]
        indexes = [
            models.Index(fields=["provider"], name="idx_embedding_artifacts_prov"),
            # By this the same words in another place are found, which need not be embedded again.
            models.Index(
                fields=["content_hash", "provider", "model", "dimension"],
                name="idx_embedding_artifacts_words",
            ),
            # By this a filtered search reaches the passages of the credentials that pass, and counts them.
            models.Index(
                fields=["credential", "provider", "model", "dimension"],
                name="idx_embedding_artifacts_cred",
            ),
            # Half precision: 57 % of the size at the same recall. A query that orders by the full vectors
            # cannot use it, which is how recommendations.queries asks for an exact scan.
            HnswIndex(
                OpClass(
                    Cast("vector", HalfVectorField(dimensions=VECTOR_DIMENSION)), name="halfvec_cosine_ops"
                ),
                name="idx_embedding_artifacts_hnsw",
                m=16,
                ef_construction=64,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_entity_type_display()} by {self.model}, {self.created_at:%d %b %Y}"


class TitleEmbedding(Model):
    """The vector of a document's title alone, which tells passages that are equally near apart.

    Made and replaced by ``recommendations.services.refresh_embeddings``. ``content_hash`` is the SHA-256 of the title.
    """

    document = models.ForeignKey(
        "catalog.CredentialDocument", on_delete=models.CASCADE, related_name="title_embeddings"
    )
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=200)
    dimension = models.PositiveSmallIntegerField()
    content_hash = models.CharField(max_length=64)
    vector = VectorField(dimensions=VECTOR_DIMENSION)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "title_embeddings"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "provider", "model", "dimension"], name="title_embeddings_once"
            ),
            models.CheckConstraint(
                condition=models.Q(dimension=VECTOR_DIMENSION), name="title_embeddings_dimension_fits"
            ),
        ]

    def __str__(self) -> str:
        return f"Title by {self.model}"
