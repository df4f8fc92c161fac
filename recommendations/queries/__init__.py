"""Reading recommendations and what they are made from."""

from recommendations.calibration import Calibration, Reliability
from recommendations.exposure import Exposure
from recommendations.gaps import NEGLIGIBLE_GAP
from recommendations.queries.accepted_credentials import (
    TakenUp,
    accepted_since,
    accepted_with_list,
    is_accepted,
    meant_before,
    meant_by_accepting,
    taken_up,
)
from recommendations.queries.badges import Meant, credential_of, issuer_of, listed_keys
from recommendations.queries.claims import (
    ClaimMissing,
    Held,
    claimed_by,
    claimed_read,
    claims_to_check,
    decisions_to_see,
    held_by,
    one_held,
    open_claims,
    visible_claim,
)
from recommendations.queries.decisions import Decision, decision
from recommendations.queries.embeddings import (
    EmbeddingCounts,
    embedding_counts,
    newest_vector,
    transaction_id,
    vector_hashes,
    vectors_only_by,
)
from recommendations.queries.evidence import effective
from recommendations.queries.exposure import Span, exposure_of
from recommendations.queries.feedback import (
    counted_feedback,
    feedback_of,
    feedback_version,
    reception_reads,
    receptions,
    said_by,
)
from recommendations.queries.histories import BlendInUse, blend_in_use, history_of, history_reads
from recommendations.queries.hybrid import by_words, hybrid
from recommendations.queries.indexes import (
    IndexState,
    UnlikeVectors,
    active_key,
    comparable_key,
    indexes,
    named,
    passages_version,
)
from recommendations.queries.learner_neighbours import learners, neighbours
from recommendations.queries.outcomes import (
    CalibrationReport,
    calibration_read,
    calibration_report,
    learnt_calibration,
)
from recommendations.queries.overrides import Overridden, computed, overridden, overrides_visible_to
from recommendations.queries.passage_index_cache import Searched, hybrid_among
from recommendations.queries.passages import Filters, passages_of
from recommendations.queries.records import RecordOfResult, exported_records, records_of
from recommendations.queries.results import (
    Awaited,
    RecommendationMissing,
    Result,
    awaited_result,
    completed_result,
    get_visible,
    result_of,
    shown_since,
    what_if_of,
)
from recommendations.queries.runs import Run, recommendation_of, runs_of, stale_parts
from recommendations.queries.sampling import (
    Overlap,
    Recall,
    overlap_of,
    recall_of,
    share_of_credentials,
)
from recommendations.queries.search import nearest
from recommendations.queries.signals import Offer, Offers, earned, offers
from recommendations.queries.staleness import (
    DependencyVersions,
    dependency_fingerprints,
    dependency_versions,
    marks_read,
    stale_dependencies,
)
from recommendations.queries.verbatim import standing_verbatim
from recommendations.retrieval import Passage, compared

__all__ = [
    "NEGLIGIBLE_GAP",
    "Awaited",
    "BlendInUse",
    "Calibration",
    "CalibrationReport",
    "ClaimMissing",
    "Decision",
    "DependencyVersions",
    "EmbeddingCounts",
    "Exposure",
    "Filters",
    "Held",
    "IndexState",
    "Meant",
    "Offer",
    "Offers",
    "Overlap",
    "Overridden",
    "Passage",
    "Recall",
    "RecommendationMissing",
    "RecordOfResult",
    "Reliability",
    "Result",
    "Run",
    "Searched",
    "Span",
    "TakenUp",
    "UnlikeVectors",
    "accepted_since",
    "accepted_with_list",
    "active_key",
    "awaited_result",
    "blend_in_use",
    "by_words",
    "calibration_read",
    "calibration_report",
    "claimed_by",
    "claimed_read",
    "claims_to_check",
    "comparable_key",
    "compared",
    "completed_result",
    "computed",
    "counted_feedback",
    "credential_of",
    "decision",
    "decisions_to_see",
    "dependency_fingerprints",
    "dependency_versions",
    "earned",
    "effective",
    "embedding_counts",
    "exported_records",
    "exposure_of",
    "feedback_of",
    "feedback_version",
    "get_visible",
    "held_by",
    "history_of",
    "history_reads",
    "hybrid",
    "hybrid_among",
    "indexes",
    "is_accepted",
    "issuer_of",
    "learners",
    "learnt_calibration",
    "listed_keys",
    "marks_read",
    "meant_before",
    "meant_by_accepting",
    "named",
    "nearest",
    "neighbours",
    "newest_vector",
    "offers",
    "one_held",
    "open_claims",
    "overlap_of",
    "overridden",
    "overrides_visible_to",
    "passages_of",
    "passages_version",
    "recall_of",
    "reception_reads",
    "receptions",
    "recommendation_of",
    "records_of",
    "result_of",
    "runs_of",
    "said_by",
    "share_of_credentials",
    "shown_since",
    "stale_dependencies",
    "stale_parts",
    "standing_verbatim",
    "taken_up",
    "transaction_id",
    "vector_hashes",
    "vectors_only_by",
    "visible_claim",
    "what_if_of",
]
