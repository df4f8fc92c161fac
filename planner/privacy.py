"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "planner.Task", Purpose.PLANNING, ErasureAction.DELETED, people="user",
        content="title description tags reference", link="id user",
        about="status priority due_at source completed_at created_at updated_at", none="platform version",
    ),
)  # fmt: skip
