"""Changing recommendations and what they are made from."""

from recommendations.models import SHORTEST_REASON
from recommendations.models.claims import LONGEST_NOTE
from recommendations.services.badges import BadgeRefused, BadgeUsed, bring_badge
from recommendations.services.claims import (
    ClaimDecided,
    DecisionMoved,
    NotAnOwnWord,
    NothingToDecide,
    check_claim,
    say_held,
    see_decision,
    take_back_claim,
)
from recommendations.services.embeddings import RefreshCounts, refresh_embeddings
from recommendations.services.feedback import (
    LONGEST_COMMENT,
    CredentialNotRecommended,
    NothingToTakeBack,
    RoleMismatch,
    record_feedback,
    take_back_feedback,
)
from recommendations.services.histories import Refreshed, refresh_histories
from recommendations.services.indexes import (
    LEAST_OVERLAP,
    IndexesDisagree,
    IndexIncomplete,
    build_index,
    compare_index,
    refresh_active_index,
    switch_index,
)
from recommendations.services.issuers import withdraw_proofs
from recommendations.services.learner_records import OF_CLAIMS
from recommendations.services.learners import (
    record_credential,
    record_synthetic_learner,
    remove_credential,
)
from recommendations.services.overriding import (
    CredentialNotOffered,
    ListReplaced,
    NothingToOverride,
    ReasonUnfit,
    override,
)
from recommendations.services.pruning import OldIndex, old_indexes, prune_indexes
from recommendations.services.reading import tell_of_reading
from recommendations.services.receptions import recount_receptions
from recommendations.services.recomputing import recompute, store_what_if
from recommendations.services.runs import announce, give_up, store

__all__ = [
    "LEAST_OVERLAP",
    "LONGEST_COMMENT",
    "LONGEST_NOTE",
    "OF_CLAIMS",
    "SHORTEST_REASON",
    "BadgeRefused",
    "BadgeUsed",
    "ClaimDecided",
    "CredentialNotOffered",
    "CredentialNotRecommended",
    "DecisionMoved",
    "IndexIncomplete",
    "IndexesDisagree",
    "ListReplaced",
    "NotAnOwnWord",
    "NothingToDecide",
    "NothingToOverride",
    "NothingToTakeBack",
    "OldIndex",
    "ReasonUnfit",
    "RefreshCounts",
    "Refreshed",
    "RoleMismatch",
    "announce",
    "bring_badge",
    "build_index",
    "check_claim",
    "compare_index",
    "give_up",
    "old_indexes",
    "override",
    "prune_indexes",
    "recompute",
    "record_credential",
    "record_feedback",
    "record_synthetic_learner",
    "recount_receptions",
    "refresh_active_index",
    "refresh_embeddings",
    "refresh_histories",
    "remove_credential",
    "say_held",
    "see_decision",
    "store",
    "store_what_if",
    "switch_index",
    "take_back_claim",
    "take_back_feedback",
    "tell_of_reading",
    "withdraw_proofs",
]
