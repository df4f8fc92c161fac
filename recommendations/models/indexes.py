"""Which model's vectors the search compares, and which are being built beside them."""

from django.db import models

from microcred.db import Model
from recommendations.models.embeddings import VECTOR_DIMENSION


class EmbeddingIndex(Model):
    """All vectors of one provider, model and dimension; at most one index is ``active``.

    The vectors themselves are rows of `EmbeddingArtifact` and `TitleEmbedding` with the same three values.
    ``overlap`` is the share of nearest neighbours (0 to 1) that it had in common with the active index when it was
    last compared with it.
    """

    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=200)
    dimension = models.PositiveSmallIntegerField()
    active = models.BooleanField(default=False)
    overlap = models.FloatField(null=True)
    switched_at = models.DateTimeField(null=True, help_text="When it last became the active one.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "embedding_indexes"
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "model", "dimension"], name="embedding_indexes_once"),
            models.UniqueConstraint(
                fields=["active"], condition=models.Q(active=True), name="embedding_indexes_one_active"
            ),
            models.CheckConstraint(
                condition=models.Q(dimension=VECTOR_DIMENSION), name="embedding_indexes_dimension_fits"
            ),
            models.CheckConstraint(
                condition=models.Q(overlap__isnull=True) | models.Q(overlap__range=(0, 1)),
                name="embedding_indexes_overlap_is_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.model}, {self.dimension} dimensions"
