"""Appeals: a student disagrees with a score, and somebody else than who gave it decides."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.policy import Permission, allows, sees_student
from assessments import queries as assessment_queries
from assessments import services as assessments
from catalog.enums import QuestionType
from microcred.errors import Forbidden, Invalid, Missing
from ops import audit
from scoring.enums import AppealOutcome, AppealStatus, ChangeKind, MarkStatus
from scoring.models import (
    Appeal,
    AppealDecision,
    AppealMessage,
    EssayScore,
    ReviewTask,
    ScoreOverride,
)
from scoring.oversight import essays
from scoring.oversight.appeal_limits import AppealRefused, appeal_period, ensure_room, seen_from
from scoring.oversight.changes import checked_reason, result_for, standing
from scoring.oversight.overrides import NewScore, checked_score, replace_score, require_reviewer, require_seen
from scoring.queries import QuestionResult
from scoring.stated import clean_statement

LONGEST_MESSAGE: Final = 4_000


class AppealMissing(Missing):
    """No such appeal, or none that the caller may see."""

    default_code = "APPEAL_404"


class AppealInvalid(Invalid):
    """The appeal names no criterion where it has to, or says nothing."""

    default_code = "APPEAL_400"


class NotImpartial(Forbidden):
    """Who gave the score, reviewed the answer or decided about it before does not decide the appeal."""

    default_code = "APPEAL_403"


@transaction.atomic
def appeal(
    *,
    by: User,
    assessment_id: uuid.UUID,
    question_id: uuid.UUID,
    criterion: str = "",
    statement: str,
    now: dt.datetime,
) -> Appeal:
    """Appeal against the score of a criterion (by key or name), or of a closed question, within the days set.

    The days run from the moment the student could see the score: from the result, its release, or a later change
    that was not the outcome of an appeal.

    Raises:
        AssessmentMissing, QuestionNotAsked: if it is not the student's, or not asked.
        ResultMissing: if there is no result, or none that the student may see yet.
        AppealInvalid: if no statement is made, or an essay's criterion is not named.
        AppealRefused: if it is too late, open already, decided as often as may be, or nothing is scored.
    """
    assessment = assessment_queries.get_visible(by=by, assessment_id=assessment_id)
    if assessment.user_id != by.pk:
        raise Forbidden("Only the student appeals.")
    assessment = assessments.lock_result(assessment_id)
    if assessment_queries.is_held(assessment):
        raise assessments.ResultMissing("The result has not been released yet.")
    text = _checked_text(statement, field="statement")
    result = result_for(assessment_id, question_id=question_id)
    since = seen_from(assessment, result.question.snapshot_id)
    if since is None or now > since + appeal_period():
        raise AppealRefused(
            f"Appeals are possible within {settings.APPEAL_DAYS} days of the result, or of a change to the score."
        )
    key, name = _appealed(result, criterion)
    ensure_room(result.question.snapshot_id, key, since=since)
    row = Appeal.objects.create(
        assessment_id=assessment_id,
        question_snapshot_id=result.question.snapshot_id,
        criterion_key=key,
        criterion_name=name,
        submitted_by=by,
        submitted_at=now,
    )
    _say(row, by, text, now)
    audit.record(by=by, action="appeal.submitted", resource_type="appeal", resource_id=row.pk)
    return row


@transaction.atomic
def say(
    *, by: User, appeal_id: uuid.UUID, text: str, now: dt.datetime, seen: int | None = None
) -> AppealMessage:
    """Add to the thread of an open appeal; afterwards it can only be read.

    With ``seen``, how many messages the writer had before them, the same words of theirs that have come since are the
    message: a form that is sent twice says it once.

    Raises:
        AppealMissing: if ``by`` may not see it.
        Forbidden: if ``by`` is neither its student nor staff.
        AppealRefused: if it has been decided.
        AppealInvalid: for an empty or too long text.
    """
    row = get_appeal(by=by, appeal_id=appeal_id)
    if by.pk != row.submitted_by_id:
        require_reviewer(by)
    row = _locked(appeal_id)
    if row.status != AppealStatus.OPEN:
        raise AppealRefused("The appeal has been decided. Its thread stays to be read.")
    said = _checked_text(text, field="text")
    since = [] if seen is None else row.messages.all()[seen:]
    for message in since:
        if (message.author_id, message.text) == (by.pk, said):
            return message
    message = _say(row, by, said, now)
    audit.record(by=by, action="appeal.message_added", resource_type="appeal", resource_id=row.pk)
    return message


@transaction.atomic
def decide(
    *,
    by: User,
    appeal_id: uuid.UUID,
    new: NewScore | None,
    reason: str,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> AppealDecision:
    """Let the score stand (``new`` None), or change it; a change takes effect like an override.

    Where appeals may not lower a score, a lower outcome keeps the old one, and the decision says so.

    Raises:
        AppealMissing, Forbidden: if ``by`` may not see it, or does not change scores.
        NotImpartial: if ``by`` gave the score, reviewed the answer, or decided about it before.
        AppealRefused: if it has been decided.
        ScoreChangedMeanwhile: if ``expected`` names versions, and none of them is that of the score that stands.
        ReasonMissing, OverrideInvalid, LevelUnknown, NothingToOverride: if what is given cannot be taken.
    """
    row = get_appeal(by=by, appeal_id=appeal_id)
    require_reviewer(by)
    stated = checked_reason(reason)
    assessments.lock_result(row.assessment_id)
    row = _locked(appeal_id)
    if row.status != AppealStatus.OPEN:
        raise AppealRefused("The appeal has been decided.")
    if not is_impartial(by, row):
        raise NotImpartial(
            "You gave this score, reviewed the answer or decided about it before. Somebody else decides the appeal."
        )
    question_id = row.question_snapshot.question_id
    before = result_for(row.assessment_id, question_id=question_id)
    require_seen(before, NewScore(row.criterion_key), expected)
    decision = _decision(row, before, new, stated, by=by, now=now)
    decision.save(force_insert=True)
    row.status = AppealStatus.DECIDED
    row.save(update_fields=["status"])
    if decision.outcome == AppealOutcome.CHANGED and new is not None:
        replace_score(
            by=by, assessment_id=row.assessment_id, question_id=question_id,
            new=NewScore(row.criterion_key, new.level, new.score), reason=stated, kind=ChangeKind.APPEAL, now=now,
        )  # fmt: skip
    audit.record(
        by=by, action="appeal.decided", resource_type="appeal", resource_id=row.pk,
        metadata={"outcome": decision.outcome},
    )  # fmt: skip
    return decision


def appeals_visible_to(user: User) -> QuerySet[Appeal]:
    """Return the appeals of everybody whose results the user may read, newest first, with decision and question."""
    if not allows(user, Permission.READ_RESULT):
        return Appeal.objects.none()
    rows = Appeal.objects.filter(sees_student(user, path="assessment__user"))
    return rows.select_related("decision", "question_snapshot", "assessment__user", "assessment__role")


def open_appeals(user: User) -> QuerySet[Appeal]:
    """Return those of them that wait for a decision."""
    return appeals_visible_to(user).filter(status=AppealStatus.OPEN)


def get_appeal(*, by: User, appeal_id: uuid.UUID) -> Appeal:
    """Return one appeal with its thread; raises ``AppealMissing``."""
    thread = Prefetch("messages", queryset=AppealMessage.objects.select_related("author"))
    found = appeals_visible_to(by).prefetch_related(thread).filter(pk=appeal_id).first()
    if found is None:
        raise AppealMissing("No such appeal.")
    return found


def _locked(appeal_id: uuid.UUID) -> Appeal:
    row = Appeal.objects.select_for_update().filter(pk=appeal_id).first()
    if row is None:  # it was erased while its lock was waited for
        raise AppealMissing("No such appeal.")
    return row


def is_impartial(by: User, row: Appeal) -> bool:
    """Whether ``by`` had no part in how the answer was scored; the database refuses the others too."""
    snapshot = row.question_snapshot_id
    return by.pk != row.submitted_by_id and not (
        EssayScore.objects.filter(question_snapshot_id=snapshot, scored_by=by).exists()
        or ScoreOverride.objects.filter(question_snapshot_id=snapshot, scored_by=by).exists()
        or ReviewTask.objects.filter(question_snapshot_id=snapshot, done_by=by).exists()
        or AppealDecision.objects.filter(appeal__question_snapshot_id=snapshot, decided_by=by).exists()
    )


def _appealed(result: QuestionResult, criterion: str) -> tuple[str, str]:
    """Return key and name of the criterion appealed against; both empty for a closed question."""
    if (result.score is None and not result.marks) or result.question.response_id is None:
        raise AppealRefused("This question has no score to appeal against.")
    if result.question.question_type != QuestionType.ESSAY:
        if criterion:
            raise AppealInvalid("A closed question has no criteria.", details={"field": "criterion"})
        return "", ""
    for mark in result.marks:
        if criterion in (mark.criterion_key, mark.criterion_name):
            if mark.status != MarkStatus.SCORED:
                raise AppealRefused("This criterion is with a person already.")
            return mark.criterion_key, mark.criterion_name
    raise AppealInvalid(
        "Name one of the essay's criteria.",
        details={"field": "criterion", "criteria": [mark.criterion_name for mark in result.marks]},
    )


def _decision(
    row: Appeal, before: QuestionResult, new: NewScore | None, reason: str, *, by: User, now: dt.datetime
) -> AppealDecision:
    stood = standing(before, row.criterion_key)
    decision = AppealDecision(
        appeal=row, outcome=AppealOutcome.UPHELD, reason=reason, before=stood, after=stood,
        decided_by=by, decided_at=now,
    )  # fmt: skip
    if new is None:
        return decision
    checked = checked_score(before, NewScore(row.criterion_key, new.level, new.score))
    found = _found(before, checked, stood)
    lowers = Decimal(found["points"] or found["score"]) < Decimal(stood["points"] or stood["score"] or 0)
    decision.found = found
    if lowers and settings.APPEALS_CANNOT_LOWER:
        decision.outcome = AppealOutcome.KEPT
    else:
        decision.outcome = AppealOutcome.CHANGED
        decision.after = found
    return decision


def _found(before: QuestionResult, checked: NewScore, stood: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the decider found, in the form of ``standing``; an essay's new points follow when stored."""
    if checked.score is not None:
        return {**stood, "score": str(checked.score)}
    task = essays.task_in_force(before)
    criterion, level = essays.named_level(task, checked.criterion_key, checked.level)
    given = {criterion.key: essays.GivenLevel(level.id)}
    marks = essays.human_marks(before, task, given)
    score = essays.score_of(task, marks)
    return {**stood, "level": level.name, "points": str(level.points), "score": str(score)}


def _checked_text(text: str, *, field: str) -> str:
    said = clean_statement(text)
    if not said or len(said) > LONGEST_MESSAGE:
        raise AppealInvalid(
            f"Say something, in at most {LONGEST_MESSAGE} characters.", details={"field": field}
        )
    return said


def _say(row: Appeal, by: User, text: str, now: dt.datetime) -> AppealMessage:
    return AppealMessage.objects.create(
        appeal=row, author=by, author_role=Role(by.role), text=text, sent_at=now
    )
