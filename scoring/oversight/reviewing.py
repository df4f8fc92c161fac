"""Reviewing one answer blind: first the reviewer's own marks, then the proposal beside them, then the decision."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from microcred.errors import Invalid
from ops import audit
from scoring.calls.writer import Writer, writer_of
from scoring.enums import ChangeKind, MarkStatus
from scoring.essays.task import Criterion
from scoring.models import CriterionMark, ReviewTask
from scoring.oversight import essays, queue
from scoring.oversight.changes import LONGEST_REASON, ReasonMissing, note_change, result_for, take_effect
from scoring.oversight.closed_reviews import ClosedPart, closed_part
from scoring.oversight.essays import GivenLevel
from scoring.oversight.finishing import NotMarkedYet, finish, lock_with_result
from scoring.oversight.overrides import require_reviewer
from scoring.oversight.suspected import suspected_places
from scoring.queries import QuestionResult
from scoring.stated import clean_statement


class ReviewIncomplete(Invalid):
    """Every criterion needs a level."""

    default_code = "REVIEW_400"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the scorer proposed for a criterion; ``level_id`` is empty where it proposed none that counts."""

    level_id: str
    level_name: str
    reason: str
    quotes: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SheetCriterion:
    """A criterion to mark: the rubric's words, what the reviewer marked first, and then the proposal."""

    criterion: Criterion
    first_level: str
    proposal: Proposal | None


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """All that a reviewer sees of an answer; names and addresses in it are replaced, so nothing says whose it is.

    ``closed`` is there for an answer that rules scored, ``criteria`` for an essay. Before the first marking the
    proposals and the reasons for the review are left out, and so is where ``answer`` seems to speak to whoever
    scores it (``suspected``: starts and ends).
    """

    task_id: uuid.UUID
    prompt: str
    answer: str
    criteria: tuple[SheetCriterion, ...]
    closed: ClosedPart | None
    is_marked: bool
    reasons: tuple[str, ...]
    model_answer: str
    grader_notes: str
    lease_until: dt.datetime
    suspected: tuple[tuple[int, int], ...] = ()


def review_sheet(*, by: User, task_id: uuid.UUID) -> ReviewSheet:
    """Return the sheet of a review that ``by`` holds.

    Raises:
        ReviewMissing: if they do not hold it, or no longer.
    """
    held = ReviewTask.objects.filter(queue.OPEN, pk=task_id, claimed_by=by, lease_until__gt=Now())
    task = held.first()
    if task is None or task.lease_until is None:
        raise queue.ReviewMissing("You do not hold this review.")
    result = result_for(task.assessment_id, question_id=task.question_id)
    writer = writer_of(task.assessment_id)
    if task.rule_score_id is not None:
        return _closed_sheet(task, result, writer, task.lease_until)
    return _essay_sheet(task, result, writer, task.lease_until)


@transaction.atomic
def mark_first(*, by: User, task_id: uuid.UUID, levels: Mapping[str, str]) -> None:
    """Keep what the reviewer marks (level ids by criterion) before seeing the proposal; the first word stays.

    Raises:
        ReviewMissing, ReviewLost: if ``by`` does not hold the review.
        ReviewIncomplete, LevelUnknown: if a criterion has no level, or one that the rubric does not have.
    """
    require_reviewer(by)
    task = queue.lock_held(by=by, task_id=task_id)
    if task.first_marks is not None:
        return
    result = result_for(task.assessment_id, question_id=task.question_id)
    task.first_marks = _complete(result, levels)
    task.save(update_fields=["first_marks"])
    audit.record(by=by, action="review.marked_first", resource_type="review_task", resource_id=task_id)


@transaction.atomic
def conclude_review(
    *, by: User, task_id: uuid.UUID, given: Mapping[str, GivenLevel], now: dt.datetime
) -> bool:
    """Store the reviewer's levels as the score that counts; return whether it differs from what stood.

    A level other than the proposed one, or where none was proposed, needs a reason, which the student reads.
    Confirming what stood changes no recommendation.

    Raises:
        ReviewMissing, ReviewLost: if ``by`` does not hold the review.
        NotMarkedYet: before the first marking.
        ReviewIncomplete, LevelUnknown, ReasonMissing: if what is given cannot be taken.
    """
    require_reviewer(by)
    task = lock_with_result(by=by, task_id=task_id)
    if task.first_marks is None:
        raise NotMarkedYet("Mark the answer once before you conclude.")
    before = result_for(task.assessment_id, question_id=task.question_id)
    _complete(before, {key: one.level_id for key, one in given.items()})
    changed = _changed(before.marks, given)
    run = essays.store_human_run(task.assessment_id, before, given, by=by)
    _note(task, before, changed, given, by=by, now=now)
    finish(task, by=by, changed=len(changed), now=now)
    queue.open_second_review(task, run)
    if changed:
        take_effect(task.assessment_id)
    return bool(changed)


def _closed_sheet(
    task: ReviewTask, result: QuestionResult, writer: Writer, lease_until: dt.datetime
) -> ReviewSheet:
    given = dict(result.question.answer or {})
    if "text" in given:
        given["text"] = writer.redacted(str(given["text"])).text
    return ReviewSheet(
        task_id=task.pk,
        prompt=result.question.prompt,
        answer=str(given.get("text", "")),
        criteria=(),
        closed=closed_part(task, result, answer=given, why=writer.redacted(result.staff_explanation).text),
        is_marked=task.first_marks is not None,
        reasons=tuple(task.reasons) if task.first_marks is not None else (),
        model_answer="",
        grader_notes=str(result.question.feedback.get("staff", "")),
        lease_until=lease_until,
    )


def _essay_sheet(
    task: ReviewTask, result: QuestionResult, writer: Writer, lease_until: dt.datetime
) -> ReviewSheet:
    essay = essays.task_in_force(result)
    marks = {mark.criterion_key: mark for mark in result.marks}
    first = task.first_marks
    shown = writer.redacted(essay.answer).text
    return ReviewSheet(
        task_id=task.pk,
        prompt=essay.prompt,
        answer=shown,
        criteria=tuple(
            SheetCriterion(
                criterion=criterion,
                first_level=(first or {}).get(criterion.key, ""),
                proposal=_proposal(marks.get(criterion.key), writer) if first is not None else None,
            )
            for criterion in essay.criteria
        ),
        closed=None,
        is_marked=first is not None,
        reasons=tuple(task.reasons) if first is not None else (),
        model_answer=essay.model_answer,
        grader_notes=essay.grader_notes,
        lease_until=lease_until,
        suspected=suspected_places(result.essay_score, shown) if first is not None else (),
    )


def _note(
    task: ReviewTask,
    before: QuestionResult,
    changed: Sequence[str],
    given: Mapping[str, GivenLevel],
    *,
    by: User,
    now: dt.datetime,
) -> None:
    after = result_for(task.assessment_id, question_id=task.question_id)
    for key in changed:
        note_change(
            before,
            after,
            assessment_id=task.assessment_id,
            criterion_key=key,
            kind=ChangeKind.REVIEW,
            reason=given[key].reason,
            by=by,
            now=now,
        )


def _complete(result: QuestionResult, levels: Mapping[str, str]) -> dict[str, str]:
    """Return the levels of all criteria as ids, checked against the rubric."""
    if result.essay_score is None:
        raise ReviewIncomplete("A closed answer is marked with points.")
    task = essays.task_in_force(result)
    lacking = [criterion.name for criterion in task.criteria if not levels.get(criterion.key)]
    if lacking:
        raise ReviewIncomplete(f"Give every criterion a level. Missing: {', '.join(lacking)}.")
    return {key: essays.named_level(task, key, level)[1].id for key, level in levels.items()}


def _changed(marks: Sequence[CriterionMark], given: Mapping[str, GivenLevel]) -> list[str]:
    """Return the criteria whose level is not the one that stood; raises ``ReasonMissing`` for one without reason."""
    stood = {mark.criterion_key: mark.level_id for mark in marks if mark.status == MarkStatus.SCORED}
    changed = [key for key, one in given.items() if stood.get(key) != one.level_id]
    for key in changed:
        if not clean_statement(given[key].reason) or len(given[key].reason) > LONGEST_REASON:
            raise ReasonMissing(
                f"State a reason, of at most {LONGEST_REASON} characters, wherever you differ from the proposal; "
                "the student reads it.",
                details={"field": "reason", "criterion": key},
            )
    return changed


def _proposal(mark: CriterionMark | None, writer: Writer) -> Proposal | None:
    if mark is None:
        return None
    scored = mark.status == MarkStatus.SCORED
    return Proposal(
        level_id=mark.level_id if scored else "",
        level_name=mark.level_name,
        reason=writer.redacted(mark.reason).text,
        quotes=tuple(writer.redacted(quote["text"]).text for quote in mark.quotes),
        note=writer.redacted(mark.note).text,
    )
