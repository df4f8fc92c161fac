"""Keeping who read results."""

import datetime as dt
import uuid

from partners.models import ResultReading


def note_reading(
    *, assessment_id: uuid.UUID, service_key_id: uuid.UUID, program: str, now: dt.datetime
) -> ResultReading:
    """Write down that a program is answered with a result, for staff and for the student."""
    return ResultReading.objects.create(
        assessment_id=assessment_id, service_key_id=service_key_id, program=program, at=now
    )
