"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table("tutoring.TutoringSource", Purpose.TUTORING, none="id name active created_at"),
    table("tutoring.TutoringSecret", Purpose.TUTORING, none="id source created_at expires_at", proof="sealed"),
    table(
        "tutoring.SessionSummary", Purpose.TUTORING, ErasureAction.DELETED, people="user",
        link="id user",
        about="session_id tutor subject started_at ended_at received_at status failure standing replaced_by skills "
        "settled_at",
        none="source webhook_id body_sha256",
    ),
    table(
        "tutoring.SessionTranscript", Purpose.TUTORING, ErasureAction.DELETED, people="summary__user",
        ages_by="received_at", keep="TRANSCRIPTS",
        link="id summary", content="said", about="received_at", none="url",
    ),
    table(
        "tutoring.SummaryVersion", Purpose.TUTORING, ErasureAction.DELETED, people="summary__user",
        link="id summary", content="lines",
        about="number kind outcome author model lines_left_out degraded narrative topics steps reason made_at",
        other="made_by", none="prompt_version call_id",
    ),
)  # fmt: skip
