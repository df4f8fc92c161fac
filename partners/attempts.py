"""What one try is made of, and what came of it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

MAX_EXCERPT: Final = 2000


@dataclass(frozen=True)
class DeliveryAttempt:
    """Everything needed to send one event to one endpoint, secrets included; never stored or logged."""

    delivery_id: uuid.UUID
    number: int
    url: str
    message_id: str
    body: bytes
    secrets: tuple[str, ...]
    endpoint_active: bool
    endpoint_probed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a try: an answer's ``response_code``, or in ``error`` one word for why there was none.

    ``asked_seconds`` is how long the receiver asked to be left alone.
    """

    at: dt.datetime
    duration_ms: int
    response_code: int | None = None
    error: str = ""
    excerpt: str = ""
    asked_seconds: float | None = None

    @property
    def ended_at(self) -> dt.datetime:
        """When that was known."""
        return self.at + dt.timedelta(milliseconds=self.duration_ms)

    @property
    def arrived(self) -> bool:
        """Whether the receiver took the event; a redirect is no receipt."""
        return self.response_code is not None and 200 <= self.response_code < 300

    @property
    def problem(self) -> str:
        """Why the event did not arrive, in one word; empty when it did."""
        return "" if self.arrived else self.error or f"http_{self.response_code}"
