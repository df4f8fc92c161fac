"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

MINE = "recommendation__assessment__user"

TABLES = (
    table(
        "recommendations.Recommendation", Purpose.RECOMMENDATION, ErasureAction.DELETED, people="assessment__user",
        link="id assessment", about="run effective origin status summary degraded missing generated_at created_at",
        none="metrics parameters",
    ),
    table(
        "recommendations.RecommendationItem", Purpose.RECOMMENDATION, ErasureAction.DELETED, people=MINE,
        link="id recommendation override", about="credential title confidence parts rationale position",
    ),
    table(
        "recommendations.RecommendationOverride", Purpose.RECOMMENDATION, ErasureAction.DELETED, people=MINE,
        link="id overridden recommendation", about="action credential reason made_at", other="made_by",
    ),
    table(
        "recommendations.RagTrace", Purpose.RECOMMENDATION, ErasureAction.DELETED, people=MINE,
        link="id recommendation",
        about="credential source_uri snippet start end similarity rank provider model created_at",
        none="vector_rank text_rank fused_rank embedding_artifact",
    ),
    table(
        "recommendations.RecommendationItem_traces", Purpose.RECOMMENDATION, ErasureAction.DELETED,
        people="recommendationitem__recommendation__assessment__user",
        link="recommendationitem ragtrace", none="id",
    ),
    table(
        "recommendations.WhatIf", Purpose.RECOMMENDATION, ErasureAction.DELETED, people=MINE,
        link="recommendation", about="sentence credential made_at", none="id looked_at change",
    ),
    table(
        "recommendations.RecommendationFeedback", Purpose.RECOMMENDATION, ErasureAction.DELETED, people="submitted_by",
        link="id recommendation item taken_for submitted_by", content="comments",
        about="submitted_by_role relevance_score acceptance_status withdrawn submitted_at",
    ),
    table(
        "recommendations.LearnerCredential", Purpose.RECOMMENDATION, ErasureAction.DELETED, people="user",
        link="user", about="credential status source recorded_at", none="id",
    ),
    # Of a badge that a student brought, no more is kept than stands here.
    table(
        "recommendations.CredentialClaim", Purpose.RECOMMENDATION, ErasureAction.DELETED, people="user",
        link="id user", content="note",
        about="credential obtained_on said_at badge_digest badge_issuer badge_issuer_name badge_achievement "
        "badge_achievement_name badge_issued_at badge_expires_at revocation_unchecked not_proven proven_at issuer "
        "decision reason decided_at decision_seen_at",
        other="decided_by",
    ),
    table(
        "recommendations.BadgeIssuer", Purpose.CATALOG, none="id name identifier by_address active created_at",
    ),
    table(
        "recommendations.BadgeIssuerKey", Purpose.CATALOG,
        none="id issuer algorithm pem fingerprint valid_from valid_until active",
    ),
    table("recommendations.BadgeAchievement", Purpose.CATALOG, none="id issuer achievement credential"),
    table(
        "recommendations.LearnerProfile", Purpose.RECOMMENDATION, ErasureAction.DELETED, people="user",
        link="user", about="role levels recorded_at", none="id",
    ),
    table(
        "recommendations.LearnerHistory", Purpose.RECOMMENDATION, ErasureAction.DELETED, people="user",
        link="user", about="credentials recorded_at", none="id",
    ),
    # Left by an erasure for the next refresh, which takes what the person held out of the blend, and the mark with it.
    table("recommendations.ChangedLearner", Purpose.RECOMMENDATION, ErasureAction.KEPT, link="user_id", none="folded"),
    table(
        "recommendations.FittedBlend", Purpose.RECOMMENDATION,
        none="id learners items weights of_shares tables weighed_learners since_weighed made_at",
    ),
    table(
        "recommendations.DecisionRecord", Purpose.ACCOUNTABILITY, ErasureAction.KEPT,
        link="assessment_id recommendation_id", about="body made_at", none="id sequence previous digest",
    ),
    table("recommendations.CredentialReception", Purpose.RECOMMENDATION, none="id credential role accepted rejected"),
    table(
        "recommendations.DocumentChunk", Purpose.CATALOG,
        none="id document position title heading start end text content_hash source_hash words created_at",
    ),
    table("recommendations.WordCount", Purpose.CATALOG, none="word passages"),
    table(
        "recommendations.EmbeddingArtifact", Purpose.CATALOG,
        none="id entity_type entity_id credential provider model dimension content_hash vector raw_embedding chunk "
        "created_at",
    ),
    table(
        "recommendations.TitleEmbedding", Purpose.CATALOG,
        none="id document provider model dimension content_hash vector created_at",
    ),
    table(
        "recommendations.EmbeddingIndex", Purpose.CATALOG,
        none="id provider model dimension active overlap switched_at created_at",
    ),
)  # fmt: skip
