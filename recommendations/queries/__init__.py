"""Reading recommendations and what they are made from."""

from recommendations.queries.embeddings import EmbeddingCounts, embedding_counts, transaction_id
from recommendations.queries.results import (
    Awaited,
    RecommendationMissing,
    Result,
    effective,
    get_visible,
    result_of,
)
from recommendations.queries.search import nearest, nearest_of_each
from recommendations.queries.signals import Offer, acceptance_rates, earned, learners, offers

__all__ = [
    "Awaited",
    "EmbeddingCounts",
    "Offer",
    "RecommendationMissing",
    "Result",
    "acceptance_rates",
    "earned",
    "effective",
    "embedding_counts",
    "get_visible",
    "learners",
    "nearest",
    "nearest_of_each",
    "offers",
    "result_of",
    "transaction_id",
]
