"""How a job says that it did not work, and what of that may be written down."""

import datetime as dt
import traceback
from typing import Any

from microcred.errors import DomainError

PLACES = 3
LONGEST_MESSAGE = 300


class LeaseLost(RuntimeError):
    """The job is no longer this worker's: its lease ran out and whatever it did must not be written."""


class RetryLater(Exception):
    """The work cannot be done now and is wanted again, after ``delay`` or else after the kind's back-off.

    ``reason`` is stored and logged: it must not quote content.
    """

    def __init__(self, reason: str, delay: dt.timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay


def describe(error: BaseException) -> dict[str, Any]:
    """Return the type of an error, the innermost places it came through, and its message if that is safe.

    Messages of arbitrary exceptions may quote what a student wrote, so only those whose author promised
    otherwise are kept.
    """
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    description: dict[str, Any] = {
        "type": type(error).__name__,
        "where": [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, RetryLater | LeaseLost):
        description["message"] = str(error)[:LONGEST_MESSAGE]
    elif isinstance(error, DomainError):
        description["message"] = error.message[:LONGEST_MESSAGE]
        description["code"] = error.code
    return description
