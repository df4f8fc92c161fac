"""Where an assessment stands, as server-sent events (HTML Living Standard, section 9.2)."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rest_framework.utils.encoders import JSONEncoder

from accounts.models import User
from assessments import queries
from assessments.enums import AssessmentStatus
from assessments.serializers import status_view
from microcred.api.conditional_requests import version_of

MEDIA_TYPE: Final = "text/event-stream"
# How many seconds a client waits before it asks again, where each answer holds one event and ends: what is being worked
# on is done soon, and whoever waits for a person must not use their allowance up by it.
SOON, LATER, MUCH_LATER = 2, 30, 60
# Shows proxies and clients that the stream lives.
HEARTBEAT: Final = ":\n\n"
_ENDED: Final = frozenset({AssessmentStatus.FAILED, AssessmentStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class StatusSnapshot:
    """Where an assessment stands: the body of a status response, its id, which is another for every other body, and
    when the assessment last changed."""

    assessment_id: uuid.UUID
    body: Mapping[str, Any]
    event_id: str
    changed_at: dt.datetime

    @property
    def is_last(self) -> bool:
        """Whether nothing more is waited for."""
        status = self.body["status"]
        return status in _ENDED or (status == AssessmentStatus.COMPLETED and not self.body["awaited"])

    @property
    def opening(self) -> str:
        """What stands before the first event."""
        status = self.body["status"]
        seconds = LATER if status == AssessmentStatus.IN_PROGRESS else MUCH_LATER
        return f"retry: {1000 * (SOON if status == AssessmentStatus.AWAITING_ASYNC else seconds)}\n\n"

    @property
    def event(self) -> str:
        """The event on the wire."""
        # JSON escapes whatever would end the line.
        data = json.dumps(self.body, cls=JSONEncoder)
        return f"id: {self.event_id}\nevent: status\ndata: {data}\n\n"


def standing(*, by: User, assessment_id: uuid.UUID, now: dt.datetime) -> StatusSnapshot:
    """Return where an assessment stands. Raises AssessmentMissing: if it is not for ``by`` to see."""
    found, progress = queries.get_with_progress(by=by, assessment_id=assessment_id)
    body = status_view(found, progress, now=now)
    return StatusSnapshot(found.pk, body, version_of(body), found.updated_at)
