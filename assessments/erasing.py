"""Erasing a person's assessments."""

import uuid

from assessments.models import Assessment
from ops import erasure


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's assessments and whatever hangs on them still; each leaves its id in the trail."""
    gone = 0
    for assessment in Assessment.objects.filter(user=person_id):
        erasure.begin(
            by=None, subject_type="assessment", subject_id=assessment.pk, reason="its student is erased"
        )
        assessment.delete()
        gone += 1
    return {"assessments": gone}
