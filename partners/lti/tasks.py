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
    due = grading.offer(grade_id)
    if due is None:
        return
    try:
        passback.send(due)
    except passback.Refused as refusal:
        log.warning("lti_grade_refused", grade_id=str(grade_id), reason=refusal.reason)
        with claim.finish():
            _note_refused(grade_id, due, refusal.reason)
        return
    except passback.Away as failure:
        log.warning("lti_grade_not_taken", grade_id=str(grade_id), reason=failure.reason)
        raise RetryLater(f"the gradebook did not take it: {failure.reason}") from None
    with claim.finish():
        grading.note_taken(grade_id, due, now=timezone.now())


def give_up_grade(claim: Claim) -> None:
    """Remember that a gradebook could not be told, and when it is tried again."""
    with claim.finish():
        grading.note_given_up(uuid.UUID(claim.payload["grade_id"]), now=timezone.now())


def _note_refused(grade_id: uuid.UUID, due: grading.Due, reason: str) -> None:
    if reason != passback.NOT_NEWER:
        grading.note_refused(grade_id, due, reason=reason)
        return
    # A second sending of the same meets the first; else the gradebook has what a person there has set since.
    grading.note_taken(grade_id, due, now=timezone.now(), reason="" if due.is_again else reason)
