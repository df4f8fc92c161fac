"""How a review ends, whatever was reviewed."""

import datetime as dt
import uuid

from accounts.models import User
from assessments import services as assessments
from microcred.errors import Invalid
from ops import audit
from scoring.models import ReviewTask
from scoring.oversight import queue


class NotMarkedYet(Invalid):
    """The proposal is shown, and the review concluded, only after a first marking without it."""

    default_code = "REVIEW_400"


def lock_with_result(*, by: User, task_id: uuid.UUID) -> ReviewTask:
    """Lock the assessment and then a review that ``by`` holds, in the order that all changes of scores take.

    Raises:
        ReviewMissing, ReviewLost: if ``by`` does not hold the review.
    """
    mine = ReviewTask.objects.filter(pk=task_id, claimed_by=by)
    held = mine.values_list("assessment_id", flat=True).first()
    if held is None:
        raise queue.ReviewMissing("You do not hold this review.")
    assessments.lock_result(held)
    return queue.lock_held(by=by, task_id=task_id)


def finish(task: ReviewTask, *, by: User, changed: int, now: dt.datetime) -> None:
    """Note that a review was done, and how many scores it changed."""
    task.done_by, task.done_at = by, now
    task.save(update_fields=["done_by", "done_at"])
    audit.record(
        by=by, action="review.done", resource_type="review_task", resource_id=task.pk,
        metadata={"assessment_id": str(task.assessment_id), "changed": changed},
    )  # fmt: skip
