"""Taking answers in practice, and what follows from them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from assessments.answers import Answer, AnswerInvalid, is_blank, normalise
from microcred.errors import Conflict, Invalid
from ops import audit
from practice import queries
from practice.enums import AssignmentStatus
from practice.events import practice_completed
from practice.models import PracticeAnswer, PracticeAssignment, PracticeGoal, PracticeItem
from practice.performance import experience, performance
from practice.rating import Rating, updated
from practice.services.goals import reach
from practice.services.ratings import locked_rating
from scoring.rules.engine import score_answer

MOST_ATTEMPTS: Final = 20
PLACES: Final = 6
OVER: Final = "It is over. Ask for the next one."
_OVER: Final = {AssignmentStatus.WITHDRAWN.value: "Your advisor took it back. Ask for the next one."}


class AnswerRefused(Invalid):
    """The question does not allow such an answer."""

    default_code = "PRACTICE_400"


class AssignmentOver(Conflict):
    """The assignment is solved or was given up."""

    default_code = "PRACTICE_409"


class TriedMeanwhile(Conflict):
    """The assignment was answered since the caller looked at it."""

    default_code = "PRACTICE_409"


class NoHintLeft(Conflict):
    """All hints were shown."""

    default_code = "PRACTICE_HINT_409"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an answer: its ``share`` of the right one (0 to 1) and why; goals that were reached by it.

    While the assignment is open, the answer was not right and may be tried again.
    """

    assignment: PracticeAssignment
    share: float = 0.0
    explanation: str = ""
    goals: Sequence[PracticeGoal] = field(default_factory=tuple)


@transaction.atomic
def answer(
    *,
    by: User,
    assignment_id: uuid.UUID,
    given: Any,
    seconds: float | None = None,
    attempts: int | None = None,
    now: dt.datetime,
) -> Outcome:
    """Judge an answer; the right one ends the assignment, any other may be tried again.

    ``seconds`` is how long the student was at it, if the client knows; never more than have passed since it was given.
    ``attempts`` is how often it had been tried when the student looked at it, if what is sent twice is to count once.

    Raises:
        AssignmentMissing: if the student was given no such assignment.
        AssignmentOver: if it is over, or was tried ``MOST_ATTEMPTS`` times.
        TriedMeanwhile: if it was tried more often than ``attempts`` says.
        AnswerRefused: if the question does not allow the answer; nothing was counted.
    """
    lock_person(by.pk)
    assignment = _open(by, assignment_id)
    if attempts is not None and assignment.attempts > attempts:
        raise TriedMeanwhile("You have answered it since you looked at it. Look at it again.")
    if assignment.attempts >= MOST_ATTEMPTS:
        raise AssignmentOver(f"It was tried {MOST_ATTEMPTS} times. Give it up and look at the solution.")
    question = assignment.question
    canonical = _read(question, given)
    result = score_answer(
        question["type"], assignment.key["rules"], canonical, Decimal(1), question["choices"] or ()
    )
    share = float(result.fraction)
    assignment.attempts += 1
    assignment.share = max(assignment.share, share)
    PracticeAnswer.objects.create(
        assignment=assignment, number=assignment.attempts, answer=canonical, share=share, answered_at=now
    )
    goals: Sequence[PracticeGoal] = ()
    if share == 1.0:
        goals = _settle(by, assignment, AssignmentStatus.SOLVED, seconds, now)
    assignment.save()
    _record(by, "answered", assignment, share=share)
    return Outcome(assignment, share, result.explanation, goals)


@transaction.atomic
def give_up(*, by: User, assignment_id: uuid.UUID, now: dt.datetime) -> Outcome:
    """End an assignment without the right answer; what the best attempt earned counts.

    Raises:
        AssignmentMissing, AssignmentOver.
    """
    lock_person(by.pk)
    assignment = _open(by, assignment_id)
    goals = _settle(by, assignment, AssignmentStatus.GIVEN_UP, None, now)
    assignment.save()
    _record(by, "given_up", assignment)
    return Outcome(assignment, assignment.share, goals=goals)


@transaction.atomic
def show_hint(*, by: User, assignment_id: uuid.UUID, seen: int | None = None) -> PracticeAssignment:
    """Show the next hint; none where more are shown than the caller has ``seen``, so that what is sent twice shows one.

    Raises:
        AssignmentMissing, AssignmentOver.
        NoHintLeft: if all were shown.
    """
    assignment = _open(by, assignment_id)
    if seen is not None and assignment.hints_shown > seen:
        return assignment
    if assignment.hints_shown >= len(assignment.key["hints"]):
        raise NoHintLeft("There is no further hint.", details={"hints": assignment.hints_shown})
    assignment.hints_shown += 1
    assignment.save(update_fields=["hints_shown"])
    _record(by, "hinted", assignment, hints=assignment.hints_shown)
    return assignment


def _open(by: User, assignment_id: uuid.UUID) -> PracticeAssignment:
    """Lock a student's own assignment, which has to be open."""
    mine = PracticeAssignment.objects.filter(user=by, pk=assignment_id).select_related("skill")
    found = mine.select_for_update(of=("self",)).first()
    if found is None:
        raise queries.AssignmentMissing("There is no such assignment.")
    if found.status != AssignmentStatus.OPEN:
        raise AssignmentOver(_OVER.get(found.status, OVER), details={"status": found.status})
    return found


def _read(question: dict[str, Any], given: Any) -> Answer:
    """Return the answer in its canonical form."""
    try:
        canonical = normalise(question["type"], question["choices"] or (), question["answer_format"], given)
    except AnswerInvalid as problem:
        raise AnswerRefused(f"The answer {problem.message}.", details={"field": problem.field}) from problem
    if is_blank(canonical):
        raise AnswerRefused("The answer is empty.", details={"field": "answer"})
    return canonical


def _settle(
    by: User,
    assignment: PracticeAssignment,
    status: AssignmentStatus,
    seconds: float | None,
    now: dt.datetime,
) -> Sequence[PracticeGoal]:
    """End an assignment, move the ratings of student and item by it, and return the goals that this reaches."""
    passed = max((now - assignment.assigned_at).total_seconds(), 0.0)
    assignment.status, assignment.completed_at = status, now
    performed = performance(
        share=assignment.share,
        attempts=max(assignment.attempts, 1),
        seconds=passed if seconds is None else min(seconds, passed),
        allowed=assignment.seconds,
        hints=assignment.hints_shown,
        offered=len(assignment.key["hints"]),
    )
    assignment.performance = round(performed, PLACES)
    assignment.experience = experience(assignment.difficulty, assignment.performance)
    before, after = _rate(by, assignment, now)
    assignment.rating_before, assignment.rating_after = before.value, after.value
    practice_completed.send(sender=PracticeAssignment, user_id=by.pk, skill_key=assignment.skill.key)
    return reach(by=by, student_id=by.pk, skill_id=assignment.skill_id, rating=after, now=now)


def _rate(by: User, assignment: PracticeAssignment, now: dt.datetime) -> tuple[Rating, Rating]:
    """Move the ratings of student and item by the performance; return the student's before and after.

    What is repeated tells how well its solution was kept, and nothing of who is able or what is hard.
    """
    if assignment.is_repeat:
        standing = queries.standing(by.pk, assignment.skill.key, now=now)
        return standing, standing
    row = locked_rating(by.pk, skill_id=assignment.skill_id, skill_key=assignment.skill.key, now=now)
    item = PracticeItem.objects.select_for_update().get(pk=assignment.item_id)
    before = queries.aged(row, now=now)
    after, its = updated(
        before, Rating(item.rating, item.deviation), assignment.performance or 0.0, settings.PRACTICE_RATING
    )
    row.rating, row.deviation, row.answers, row.updated_at = (
        after.value,
        after.deviation,
        row.answers + 1,
        now,
    )
    row.save()
    item.rating, item.deviation, item.answers = its.value, its.deviation, item.answers + 1
    item.save(update_fields=["rating", "deviation", "answers"])
    return before, after


def _record(by: User, action: str, assignment: PracticeAssignment, **facts: Any) -> None:
    audit.record(
        by=by, action=f"practice.{action}", resource_type="practice_assignment", resource_id=assignment.pk,
        metadata={"status": str(assignment.status), "attempts": assignment.attempts, **facts},
    )  # fmt: skip
