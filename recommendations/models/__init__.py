"""Embeddings of the catalog, recommendations with their evidence, and what people made of them."""

from recommendations.models.embeddings import DocumentChunk, EmbeddingArtifact
from recommendations.models.learners import LearnerCredential, LearnerProfile, RecommendationFeedback
from recommendations.models.records import DecisionRecord
from recommendations.models.runs import RagTrace, Recommendation, RecommendationItem

__all__ = [
    "DecisionRecord",
    "DocumentChunk",
    "EmbeddingArtifact",
    "LearnerCredential",
    "LearnerProfile",
    "RagTrace",
    "Recommendation",
    "RecommendationFeedback",
    "RecommendationItem",
]
