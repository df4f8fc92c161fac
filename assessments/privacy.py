"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "assessments.Assessment", Purpose.ASSESSMENT, ErasureAction.DELETED, people="user",
        link="id user", content="metadata",
        about="role status stage degraded missing failure_reason model_scoring model_scoring_decided_at started_at "
        "expires_at submitted_at completed_at released_at created_at",
        none="seed updated_at",
    ),
    table(
        "assessments.QuestionSnapshot", Purpose.ASSESSMENT, ErasureAction.DELETED, people="assessment__user",
        link="id assessment",
        about="question position question_type prompt choices answer_format weight required version",
        staff="rules rubric feedback skills", none="question_version",
    ),
    table(
        "assessments.AssessmentResponse", Purpose.ASSESSMENT, ErasureAction.DELETED, people="assessment__user",
        link="id assessment question_snapshot", content="answer", about="version is_blank submitted_at created_at",
    ),
)  # fmt: skip
