"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "conversations.Conversation", Purpose.CONVERSATION, ErasureAction.DELETED, people="user",
        ages_by="updated_at", keep="CONVERSATIONS",
        link="id user", about="started_at updated_at asked",
    ),
    table(
        "conversations.Turn", Purpose.CONVERSATION, ErasureAction.DELETED, people="conversation__user",
        content="question topic", link="id conversation follows",
        about="number status outcome answer citations author degraded self_assessment relevance clarity completeness "
        "confidence band asked_at answered_at escalation escalated_at reply replied_at waits_since written_at "
        "closed_at student_read advisor_read",
        other="replied_by",
    ),
    table(
        "conversations.ThreadMessage", Purpose.CONVERSATION, ErasureAction.DELETED, people="turn__conversation__user",
        content="text", link="turn", about="number side sent_at", other="author", none="id",
    ),
)  # fmt: skip
