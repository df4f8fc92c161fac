"""Changing recommendations and what they are made from."""

from recommendations.services.embeddings import RefreshCounts, refresh_embeddings
from recommendations.services.feedback import CredentialNotRecommended, RoleMismatch, record_feedback
from recommendations.services.learners import record_synthetic_learner
from recommendations.services.runs import give_up, store

__all__ = [
    "CredentialNotRecommended",
    "RefreshCounts",
    "RoleMismatch",
    "give_up",
    "record_feedback",
    "record_synthetic_learner",
    "refresh_embeddings",
    "store",
]
