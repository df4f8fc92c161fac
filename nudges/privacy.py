"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "nudges.NudgePreference", Purpose.NUDGING, ErasureAction.DELETED, people="user",
        link="user", about="email in_app quiet_from quiet_until time_zone stopped_at created_at updated_at",
        none="id look_at version",
    ),
    table(
        "nudges.Nudge", Purpose.NUDGING, ErasureAction.DELETED, people="user", ages_by="created_at", keep="NUDGES",
        content="title text reason", link="id user",
        about="kind about day in_app letter created_at sent_at opened_at clicked_at followed_at", none="reference",
    ),
)  # fmt: skip
