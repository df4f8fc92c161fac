"""How far the catalog is embedded."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Exists, OuterRef

from catalog import queries as catalog
from microcred.ai.base import EmbeddingKey
from recommendations.models import DocumentChunk, EmbeddingArtifact


@dataclass(frozen=True, slots=True)
class EmbeddingCounts:
    """Documents of active credentials, those without any passage, passages, and those without a vector of the
    key asked about; ``vectors`` counts all vectors by key."""

    documents: int
    documents_without_passages: int
    passages: int
    passages_without_vector: int
    vectors: dict[EmbeddingKey, int]


def embedding_counts(key: EmbeddingKey) -> EmbeddingCounts:
    """Count what is embedded, and what is not yet by the model of ``key``."""
    documents = catalog.credentials().order_by()
    passages = DocumentChunk.objects.filter(document__credential__active=True)
    vector = EmbeddingArtifact.objects.filter(
        chunk=OuterRef("pk"), provider=key.provider, model=key.model, dimension=key.dimension
    )
    by_key = EmbeddingArtifact.objects.order_by().values_list("provider", "model", "dimension")
    return EmbeddingCounts(
        documents=documents.aggregate(number=Count("documents"))["number"],
        documents_without_passages=documents.filter(
            documents__isnull=False, documents__chunks__isnull=True
        ).aggregate(number=Count("documents"))["number"],
        passages=passages.count(),
        passages_without_vector=passages.exclude(Exists(vector)).count(),
        vectors={EmbeddingKey(*row[:3]): row[3] for row in by_key.annotate(number=Count("pk"))},
    )


def transaction_id() -> str:
    """Return what tells the current transaction from all others, those before a restored dump included."""
    with connection.cursor() as cursor:
        # A restored database counts its transactions anew, hence the time beside the number.
        cursor.execute("SELECT pg_current_xact_id()::text, extract(epoch FROM transaction_timestamp())::text")
        number, moment = cursor.fetchone()
    return f"{number}@{moment}"
