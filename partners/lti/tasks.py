"""The background work for gradebooks."""

import uuid

import structlog
from django.utils import timezone

from ops.jobs import Claim, RetryLater
from partners.lti import grading, passback

log = structlog.get_logger(__name__)


def send_grade(claim: Claim) -> None:
    """Tell a place in a gradebook the score that it does not know yet, outside any transaction."""
    grade_id = uuid.UUID(claim.payload["grade_id"])
    # Before the score is read: of two that are sent at once the newer one has the later time.
    now = timezone.now()
    due = grading.due(grade_id)
    if due is None:
        return
    try:
        passback.send(due, now=now)
    except passback.Refused as refusal:
        log.warning("lti_grade_refused", grade_id=str(grade_id), reason=refusal.reason)
        with claim.finish():
            grading.note_refused(grade_id, reason=refusal.reason)
        return
    except passback.Away as failure:
        log.warning("lti_grade_not_taken", grade_id=str(grade_id), reason=failure.reason)
        raise RetryLater(f"the gradebook did not take it: {failure.reason}") from None
    with claim.finish():
        grading.note_sent(grade_id, due, now=now)


def give_up_grade(claim: Claim) -> None:
    """Remember that a gradebook could not be told; it is tried again once a day."""
    with claim.finish():
        grading.note_refused(uuid.UUID(claim.payload["grade_id"]), reason=grading.GAVE_UP)
