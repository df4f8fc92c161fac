"""The queue of answers that people should look at: who may take which, and who has what."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Func, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Now

from accounts.models import User
from assessments import queries as assessments
from catalog import queries as catalog
from microcred.errors import Conflict, Missing
from microcred.pipelining import Statement
from ops import audit
from scoring import queries
from scoring.enums import ReviewReason, ScoreSource
from scoring.models import EssayScore, ReviewTask
from scoring.oversight import calibration
from scoring.oversight.sampling import SECOND, closed_reasons_for, is_sampled, reasons_for
from scoring.queries import QuestionResult

OPEN = Q(done_at=None, withdrawn_at=None)
_OPEN_REVIEWS: Final = Statement("""
SELECT count(*) FROM review_tasks WHERE assessment_id = %(assessment_id)s AND done_at IS NULL AND withdrawn_at IS NULL
""")
# For these the student's result waits; everything else has a score already.
WAITED_FOR = [ReviewReason.NEEDS_REVIEW, ReviewReason.UNAVAILABLE, ReviewReason.MODEL_REFUSED]


class ReviewMissing(Missing):
    """No such review in the hands of the caller."""

    default_code = "REVIEW_404"


class ReviewLost(Conflict):
    """The lease ran out, or the answer was decided elsewhere; nothing was stored."""

    default_code = "REVIEW_409"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The open reviews of one question: how many are free and how many held, and how often each reason is given.

    ``is_calibrated`` says whether the reviewer may take them, ``has_examples`` whether there is anything to pass first.
    """

    question_id: uuid.UUID
    prompt: str
    free: int
    held: int
    reasons: tuple[tuple[str, int], ...]
    is_calibrated: bool
    has_examples: bool


def open_second_review(first: ReviewTask, score: EssayScore) -> None:
    """Let a second person mark a share of the answers that one has scored, drawn at the role's rate.

    How far two people agree who do not know of each other is known from these answers alone.
    """
    rate = catalog.review_sample_rate(assessments.subject(first.assessment_id).role_id)
    if ReviewReason.SECOND_REVIEW in first.reasons:
        return
    if is_sampled(first.question_snapshot_id, rate, draw=SECOND):
        ReviewTask.objects.create(
            essay_score=score,
            assessment_id=first.assessment_id,
            question_snapshot_id=first.question_snapshot_id,
            question_id=first.question_id,
            reasons=[ReviewReason.SECOND_REVIEW],
        )


@transaction.atomic(savepoint=False)
def open_reviews(*, assessment_id: uuid.UUID, results: Sequence[queries.QuestionResult] | None = None) -> int:
    """Put the answers that a person should look at into the queue; return how many there now are of it.

    What a person has scored already is left alone; an answer that waits in the queue waits there once. ``results`` are
    those of the assessment, where they have just been read.
    """
    rate = catalog.review_sample_rate(assessments.subject(assessment_id).role_id)
    tasks = [
        task
        for result in (queries.question_results(assessment_id) if results is None else results)
        if (task := _task(assessment_id, result, rate)) is not None
    ]
    ReviewTask.objects.bulk_create(tasks, ignore_conflicts=True)
    return int(_OPEN_REVIEWS.rows(assessment_id=assessment_id)[0][0])


def reviews_open_to(by: User) -> QuerySet[ReviewTask]:
    """Return the open reviews but those of scores that ``by`` gave."""
    return _open().exclude(essay_score__scored_by=by)


def queue_lines(by: User) -> list[QueueLine]:
    """Return the open reviews by question, the fullest first."""
    rows: dict[uuid.UUID, list[Any]] = {}
    tasks = reviews_open_to(by).select_related("question_snapshot").annotate(is_held=Q(lease_until__gt=Now()))
    for task in tasks:
        rows.setdefault(task.question_id, []).append(task)
    passed = calibration.passed_questions(by, list(rows))
    examples = calibration.questions_with_examples(list(rows))
    lines = [_line(one, tasks, one in passed, one in examples) for one, tasks in rows.items()]
    return sorted(lines, key=lambda line: (-line.free, line.prompt))


def claim_next(*, by: User) -> ReviewTask | None:
    """Give ``by`` the next review for the setting's hours, or the one they hold; None where none is free.

    First come answers whose students wait for their scores. Among these, and among the others, each reviewer meets
    the answers in an order of their own, which stays the same. The lease runs by the database's clock, and one
    guarded update takes it: of two reviewers who reach for a task one gets it.
    """
    held = held_task(by)
    if held is not None:
        return held
    questions = set(reviews_open_to(by).values_list("question_id", flat=True).distinct())
    allowed = calibration.passed_questions(by, list(questions))
    mine = Func(Concat(Cast("pk", TextField()), Value(str(by.pk))), function="md5", output_field=TextField())
    waits = ExpressionWrapper(Q(reasons__overlap=WAITED_FOR), output_field=BooleanField())
    unheld = reviews_open_to(by).filter(Q(lease_until=None) | Q(lease_until__lte=Now()))
    free = unheld.filter(question_id__in=allowed).order_by(waits.desc(), mine)
    for task_id in free.values_list("pk", flat=True).iterator():
        if _take(task_id, by):
            return ReviewTask.objects.get(pk=task_id)
    return None


def waiting_reviews() -> tuple[int, dt.datetime | None]:
    """Return how many reviews are open, whoever may take them, and since when the oldest is."""
    found = _open().order_by().aggregate(number=Count("pk"), since=Min("created_at"))
    return found["number"], found["since"]


def held_task(by: User) -> ReviewTask | None:
    """Return the review that ``by`` holds, if the lease still runs."""
    return _open().filter(claimed_by=by, lease_until__gt=Now()).order_by("lease_until", "pk").first()


@transaction.atomic
def give_back(*, by: User, task_id: uuid.UUID) -> None:
    """Let others take a review; what was marked goes. Raises ``ReviewMissing``."""
    mine = ReviewTask.objects.filter(OPEN, pk=task_id, claimed_by=by)
    if not mine.update(claimed_by=None, lease_until=None, first_marks=None):
        raise ReviewMissing("You do not hold this review.")
    audit.record(by=by, action="review.given_back", resource_type="review_task", resource_id=task_id)


def lock_held(*, by: User, task_id: uuid.UUID) -> ReviewTask:
    """Lock a review that ``by`` holds, its lease still running.

    Raises:
        ReviewMissing: if it was never theirs.
        ReviewLost: if it no longer is, or its answer was decided meanwhile.
    """
    task = ReviewTask.objects.select_for_update().filter(pk=task_id, claimed_by=by).first()
    if task is None:
        raise ReviewMissing("You do not hold this review.")
    if not ReviewTask.objects.filter(OPEN, pk=task_id, lease_until__gt=Now()).exists():
        raise ReviewLost("Your time for this answer is over, or it was decided meanwhile. Take the next one.")
    return task


def withdraw_settled(result: QuestionResult, *, now: dt.datetime) -> None:
    """Take an answer out of the queue of which nothing waits for a person any more."""
    if result.status == "scored":
        open_tasks = ReviewTask.objects.filter(OPEN, question_snapshot_id=result.question.snapshot_id)
        open_tasks.update(withdrawn_at=now)


def _open() -> QuerySet[ReviewTask]:
    return ReviewTask.objects.filter(OPEN, assessment__in=assessments.with_result())


def _take(task_id: uuid.UUID, by: User) -> bool:
    lease = dt.timedelta(hours=settings.REVIEW_LEASE_HOURS)
    free = ReviewTask.objects.filter(OPEN, Q(lease_until=None) | Q(lease_until__lte=Now()), pk=task_id)
    with transaction.atomic():
        taken = free.update(claimed_by=by, lease_until=Now() + lease, first_marks=None)
        if taken:
            audit.record(by=by, action="review.claimed", resource_type="review_task", resource_id=task_id)
    return bool(taken)


def _task(assessment_id: uuid.UUID, result: QuestionResult, rate: Decimal) -> ReviewTask | None:
    reasons = _reasons(result, rate)
    if not reasons:
        return None
    return ReviewTask(
        essay_score=result.essay_score,
        rule_score=None if result.essay_score else result.rule_score,
        assessment_id=assessment_id,
        question_snapshot_id=result.question.snapshot_id,
        question_id=result.question.question_id,
        reasons=reasons,
    )


def _reasons(result: QuestionResult, rate: Decimal) -> list[str]:
    """Return why a person should look at what counts; nothing where a person gave it."""
    snapshot_id, score, rule = result.question.snapshot_id, result.essay_score, result.rule_score
    if score is not None and score.source != ScoreSource.HUMAN:
        return reasons_for(
            snapshot_id=snapshot_id,
            outcome=score.outcome,
            uncertainty=score.uncertainty,
            flags=score.flags,
            uncertain_above=settings.REVIEW_UNCERTAINTY_ABOVE,
            sample_rate=rate,
        )
    if score is None and rule is not None and result.override is None:
        return closed_reasons_for(snapshot_id=snapshot_id, applied=rule.rules_applied, sample_rate=rate)
    return []


def _line(question_id: uuid.UUID, tasks: list[Any], is_calibrated: bool, has_examples: bool) -> QueueLine:
    held = sum(1 for task in tasks if task.is_held)
    reasons = Counter(reason for task in tasks for reason in task.reasons)
    return QueueLine(
        question_id=question_id,
        prompt=tasks[-1].question_snapshot.prompt,
        free=len(tasks) - held,
        held=held,
        reasons=tuple(sorted(reasons.items(), key=lambda found: (-found[1], found[0]))),
        is_calibrated=is_calibrated,
        has_examples=has_examples,
    )
