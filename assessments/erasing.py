"""Erasing a person's assessments."""

import uuid

from assessments.events import assessments_erased
from assessments.models import Assessment
from ops import erasure


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's assessments and whatever hangs on them still, and announce it; each leaves its id in the
    trail."""
    gone = list(Assessment.objects.filter(user=person_id))
    for assessment in gone:
        erasure.begin(
            by=None, subject_type="assessment", subject_id=assessment.pk, reason="its student is erased"
        )
        assessment.delete()
    if gone:
        assessments_erased.send(sender=None, role_ids=frozenset(one.role_id for one in gone))
    return {"assessments": len(gone)}
