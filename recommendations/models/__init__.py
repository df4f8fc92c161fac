"""Embeddings of the catalog, recommendations with their evidence, and what people made of them."""

from recommendations.models.embeddings import DocumentChunk, EmbeddingArtifact, TitleEmbedding
from recommendations.models.indexes import EmbeddingIndex
from recommendations.models.learners import LearnerCredential, LearnerProfile, RecommendationFeedback
from recommendations.models.receptions import CredentialReception
from recommendations.models.records import DecisionRecord
from recommendations.models.runs import RagTrace, Recommendation, RecommendationItem, WhatIf

__all__ = [
    "CredentialReception",
    "DecisionRecord",
    "DocumentChunk",
    "EmbeddingArtifact",
    "EmbeddingIndex",
    "LearnerCredential",
    "LearnerProfile",
    "RagTrace",
    "Recommendation",
    "RecommendationFeedback",
    "RecommendationItem",
    "TitleEmbedding",
    "WhatIf",
]
