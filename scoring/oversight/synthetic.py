"""Reviews of answers by learners who were made up for a demonstration, without the queue."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from assessments import queries as assessments
from microcred.errors import Conflict
from scoring.enums import MarkStatus, ReviewReason
from scoring.models import ReviewTask
from scoring.oversight import queue
from scoring.oversight.changes import result_for
from scoring.oversight.essays import GivenLevel
from scoring.oversight.reviewing import conclude_review, mark_first

LEASE: Final = dt.timedelta(minutes=1)


class NotSynthetic(Conflict):
    """The answer is somebody's own."""

    default_code = "REVIEW_409"


@transaction.atomic
def review_synthetic(
    *,
    by: User,
    assessment_id: uuid.UUID,
    question_id: uuid.UUID,
    marks: Mapping[str, str],
    now: dt.datetime,
) -> bool:
    """Have ``by`` mark the essay of a made-up learner blind (level ids by criterion), and let the score stand.

    Return whether that was possible: not where a part of the essay waits for a person, or ``by`` reviewed it.

    Raises:
        NotMadeUp: if the learner is not made up.
        ReviewIncomplete, LevelUnknown: if a criterion has no level, or one that the rubric does not have.
    """
    if assessments.author(assessment_id).profile.get("synthetic") is not True:
        raise NotSynthetic("Only answers of made-up learners are reviewed without the queue.")
    standing = result_for(assessment_id, question_id=question_id)
    score, snapshot = standing.essay_score, standing.question.snapshot_id
    done = ReviewTask.objects.filter(question_snapshot_id=snapshot, done_by=by)
    if score is None or done.exists() or any(one.status != MarkStatus.SCORED for one in standing.marks):
        return False
    task = ReviewTask.objects.filter(queue.OPEN, question_snapshot_id=snapshot).first()
    task = task or ReviewTask.objects.create(
        essay_score=score,
        assessment_id=assessment_id,
        question_snapshot_id=snapshot,
        question_id=question_id,
        reasons=[ReviewReason.RANDOM_SAMPLE],
    )
    ReviewTask.objects.filter(pk=task.pk).update(claimed_by=by, lease_until=Now() + LEASE)
    mark_first(by=by, task_id=task.pk, levels=marks)
    given = {mark.criterion_key: GivenLevel(mark.level_id) for mark in standing.marks}
    conclude_review(by=by, task_id=task.pk, given=given, now=now)
    return True
