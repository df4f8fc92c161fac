"""What the pages for students call the parts of an assessment."""

import datetime as dt
from typing import Final

from assessments.enums import AssessmentStatus, Stage
from companion.words import Label

STATUSES: Final[dict[str, Label]] = {
    AssessmentStatus.IN_PROGRESS: Label("Open", "accent"),
    AssessmentStatus.AWAITING_ASYNC: Label("Being scored", "busy"),
    AssessmentStatus.COMPLETED: Label("Result is there", "good"),
    AssessmentStatus.FAILED: Label("Without a result", "bad"),
    AssessmentStatus.EXPIRED: Label("Time was over"),
}
HELD: Final = Label("Waits for staff", "warn")
STAGES: Final[dict[str, str]] = {
    Stage.SCORING: "Your answers are scored",
    Stage.RETRIEVAL: "Credentials that fit are looked for",
    Stage.RECOMMENDING: "Your recommendations are put together",
}


def time_left(until: dt.datetime, *, now: dt.datetime) -> str:
    """Return how long something is still open, in its two largest units, such as “2 days and 3 hours”."""
    minutes = max(0, int((until - now).total_seconds() // 60))
    days, hours = minutes // 1440, minutes % 1440 // 60
    parts = [_counted(days, "day"), _counted(hours, "hour"), _counted(minutes % 60, "minute")]
    first = next((at for at, part in enumerate(parts) if part), len(parts))
    return " and ".join(part for part in parts[first : first + 2] if part) or "less than a minute"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""
