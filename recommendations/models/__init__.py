"""Embeddings of the catalog, recommendations with their evidence, and what people made of them."""

from recommendations.models.claims import CredentialClaim
from recommendations.models.embeddings import DocumentChunk, EmbeddingArtifact, TitleEmbedding, WordCount
from recommendations.models.histories import ChangedLearner, FittedBlend, LearnerHistory
from recommendations.models.indexes import EmbeddingIndex
from recommendations.models.issuers import BadgeAchievement, BadgeIssuer, BadgeIssuerKey
from recommendations.models.learners import LearnerCredential, LearnerProfile, RecommendationFeedback
from recommendations.models.overrides import LONGEST_REASON, SHORTEST_REASON, RecommendationOverride
from recommendations.models.receptions import CredentialReception
from recommendations.models.records import DecisionRecord
from recommendations.models.runs import RagTrace, Recommendation, RecommendationItem, WhatIf

__all__ = [
    "LONGEST_REASON",
    "SHORTEST_REASON",
    "BadgeAchievement",
    "BadgeIssuer",
    "BadgeIssuerKey",
    "ChangedLearner",
    "CredentialClaim",
    "CredentialReception",
    "DecisionRecord",
    "DocumentChunk",
    "EmbeddingArtifact",
    "EmbeddingIndex",
    "FittedBlend",
    "LearnerCredential",
    "LearnerHistory",
    "LearnerProfile",
    "RagTrace",
    "Recommendation",
    "RecommendationFeedback",
    "RecommendationItem",
    "RecommendationOverride",
    "TitleEmbedding",
    "WhatIf",
    "WordCount",
]
