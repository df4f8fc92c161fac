"""The background work for gradebooks."""

import uuid

import structlog
from django.utils import timezone

from ops.jobs import Claim, RetryLater
from partners.lti import grade_sync, passback

log = structlog.get_logger(__name__)


def send_grade(claim: Claim) -> None:
    """Tell a place in a gradebook the score that it does not know yet, outside any transaction."""
    grade_id = uuid.UUID(claim.payload["grade_id"])
    due = grade_sync.offer(grade_id)
    if due is None:
        return
    try:
        passback.send(due)
    except passback.GradebookRefused as refusal:
        log.warning("lti_grade_refused", grade_id=str(grade_id), reason=refusal.reason)
        with claim.finish():
            _note_refused(grade_id, due, refusal.reason)
        return
    except passback.GradebookUnavailable as failure:
        log.warning("lti_grade_not_taken", grade_id=str(grade_id), reason=failure.reason)
        raise RetryLater(f"the gradebook did not take it: {failure.reason}") from None
    with claim.finish():
        grade_sync.note_taken(grade_id, due, now=timezone.now())


def give_up_grade(claim: Claim) -> None:
    """Remember that a gradebook could not be told, and when it is tried again."""
    with claim.finish():
        grade_sync.note_given_up(uuid.UUID(claim.payload["grade_id"]), now=timezone.now())


def _note_refused(grade_id: uuid.UUID, due: grade_sync.Due, reason: str) -> None:
    if reason != passback.NOT_NEWER:
        grade_sync.note_refused(grade_id, due, reason=reason)
        return
    # A second sending of the same meets the first; else the gradebook has what a person there has set since.
    grade_sync.note_taken(grade_id, due, now=timezone.now(), reason="" if due.is_again else reason)
