"""Changing recommendations and what they are made from."""

from recommendations.services.embeddings import RefreshCounts, refresh_embeddings
from recommendations.services.feedback import (
    LONGEST_COMMENT,
    CredentialNotRecommended,
    RoleMismatch,
    record_feedback,
)
from recommendations.services.learners import (
    record_credential,
    record_synthetic_learner,
    remove_credential,
)
from recommendations.services.runs import announce, give_up, store

__all__ = [
    "LONGEST_COMMENT",
    "CredentialNotRecommended",
    "RefreshCounts",
    "RoleMismatch",
    "announce",
    "give_up",
    "record_credential",
    "record_feedback",
    "record_synthetic_learner",
    "refresh_embeddings",
    "remove_credential",
    "store",
]
