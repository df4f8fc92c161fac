"""Taking answers, and the whole assessment when it is handed in."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.models import User
from assessments import queries
from assessments.answers import AnswerInvalid, is_blank, normalise
from assessments.enums import AssessmentStatus, Stage
from assessments.events import responses_submitted
from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from microcred.admin_dashboard import pluralize
from microcred.bulk_inserts import insert_rows
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Conflict, Gone, Invalid, PreconditionFailed
from microcred.pipelining import fetch_rows, prefetched
from ops import audit

# Asked with every batch of answers.
_OWN: Final = CompiledQuery(
    lambda assessment, by: Assessment.objects.select_for_update().filter(pk=assessment, user=by).order_by(),
    assessment=uuid.UUID,
    by=uuid.UUID,
)
_LAST: Final = AssessmentResponse.objects.filter(question_snapshot=OuterRef("pk")).order_by("-version")
_ANSWERABLE: Final[CompiledQuery[Any]] = CompiledQuery(
    lambda assessment: (
        QuestionSnapshot.objects.filter(assessment=assessment)
        .order_by()
        .only("question_id", "question_type", "choices", "answer_format")
        .annotate(
            answer=Subquery(_LAST.values("answer")[:1]), answer_version=Subquery(_LAST.values("version")[:1])
        )
    ),
    assessment=uuid.UUID,
)
_TOUCH: Final = "UPDATE assessments SET updated_at = %s WHERE id = %s"
_HAND_IN: Final = """
UPDATE assessments SET status = %(status)s, stage = %(stage)s, submitted_at = %(submitted_at)s,
       updated_at = %(updated_at)s
 WHERE id = %(id)s
"""


class AnswersInvalid(Invalid):
    """At least one answer cannot be taken; none was."""

    default_code = "ANSWERS_400"


class AnswersMissing(Invalid):
    """The assessment was handed in with required questions unanswered."""

    default_code = "ANSWERS_MISSING_400"


class AssessmentClosed(Conflict):
    """The assessment takes no answers any more."""

    default_code = "ASSESSMENT_409"


class AssessmentExpired(Gone):
    """The time for answering is over."""

    default_code = "ASSESSMENT_EXPIRED"


@dataclass(frozen=True)
class GivenAnswer:
    """One answer as the student sent it."""

    question_id: uuid.UUID
    answer: Any
    submitted_at: dt.datetime | None = None


class ChangedMeanwhile(PreconditionFailed):
    """Other answers were given since the version that these were made from."""


@transaction.atomic
def submit(
    *,
    by: User,
    assessment_id: uuid.UUID,
    answers: Sequence[GivenAnswer],
    completed: bool,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> Assessment:
    """Store answers, have closed ones scored, and with ``completed`` hand the assessment in.

    All or nothing: one answer that cannot be taken leaves no trace of the others.

    Raises:
        AssessmentMissing, AssessmentClosed, AssessmentExpired, AnswersInvalid, AnswersMissing.
        ChangedMeanwhile: if ``expected`` names versions of the answers, and none of them is the present one.
    """
    assessment, questions = _lock_open(by=by, assessment_id=assessment_id, now=now)
    if expected is not None and queries.answers_version(assessment.pk) not in expected:
        raise ChangedMeanwhile("Other answers were given since. Read them again.")
    stored = _store_answers(assessment, questions, answers, now=now)
    audit.record(
        by=by, action="assessment.answered", resource_type="assessment", resource_id=assessment.pk,
        metadata={"answers": len(stored)},
    )  # fmt: skip
    if completed:
        _refuse_gaps(assessment)
        _hand_in(assessment, now=now)
        audit.record(
            by=by, action="assessment.submitted", resource_type="assessment", resource_id=assessment.pk
        )
    responses_submitted.send(
        sender=None, assessment_id=assessment.pk, response_ids=stored, submitted=completed
    )
    return assessment


def _hand_in(assessment: Assessment, *, now: dt.datetime) -> None:
    assessment.status = AssessmentStatus.AWAITING_ASYNC
    assessment.stage = Stage.SCORING
    assessment.submitted_at, assessment.updated_at = now, timezone.now()
    values = {
        one: getattr(assessment, one) for one in ("id", "status", "stage", "submitted_at", "updated_at")
    }
    fetch_rows(_HAND_IN, values)


def _lock_open(
    *, by: User, assessment_id: uuid.UUID, now: dt.datetime
) -> tuple[Assessment, list[QuestionSnapshot]]:
    """Lock the assessment and note that something is done about it; return it with its questions and last answers."""
    assessment = _OWN.first(assessment=assessment_id, by=by.pk)
    if assessment is None:
        raise queries.AssessmentMissing("No such assessment.")
    status = queries.effective_status(assessment, now=now)
    if status == AssessmentStatus.EXPIRED:
        raise AssessmentExpired("The time for this assessment is over. Your answers are kept.")
    if status != AssessmentStatus.IN_PROGRESS:
        raise AssessmentClosed("Assessment already completed.")
    assessment.updated_at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, [assessment.updated_at, assessment.pk])
    return assessment, _ANSWERABLE.rows(assessment=assessment.pk)


def _store_answers(
    assessment: Assessment,
    asked: Sequence[QuestionSnapshot],
    answers: Sequence[GivenAnswer],
    *,
    now: dt.datetime,
) -> list[uuid.UUID]:
    """Store what is new; an answer equal to the newest version adds none. Return the new rows' ids.

    A client's own time of answering is kept as far as it lies between the start and now.
    """
    questions = {row.question_id: row for row in asked}
    rows = []
    for given, answer in _checked(questions, answers):
        snapshot = questions[given.question_id]
        last: Mapping[str, Any] = vars(snapshot)
        if last["answer"] == answer:
            continue
        rows.append(
            AssessmentResponse(
                assessment=assessment,
                question_snapshot=snapshot,
                version=(last["answer_version"] or 0) + 1,
                answer=answer,
                submitted_at=min(max(given.submitted_at or now, assessment.started_at), now),
            )
        )
    insert_rows(rows)
    return [row.pk for row in rows]


def _checked(
    questions: Mapping[uuid.UUID, QuestionSnapshot], answers: Sequence[GivenAnswer]
) -> list[tuple[GivenAnswer, dict[str, Any]]]:
    """Return each answer in its stored form, or raise ``AnswersInvalid`` naming every one that has none."""
    problems: list[dict[str, object]] = []
    checked = []
    seen: set[uuid.UUID] = set()
    for index, given in enumerate(answers):
        place = {"field": f"responses[{index}].answer", "question_id": str(given.question_id)}
        snapshot = questions.get(given.question_id)
        if snapshot is None:
            problems.append({**place, "problem": "This assessment does not ask this question."})
        elif given.question_id in seen:
            problems.append({**place, "problem": "This question is answered twice in one batch."})
        else:
            seen.add(given.question_id)
            try:
                checked.append((given, _stored_form(snapshot, given.answer)))
            except AnswerInvalid as error:
                problems.append({**place, "problem": str(error)})
    if problems:
        raise AnswersInvalid("Some answers cannot be taken; none was stored.", details={"answers": problems})
    return checked


def _stored_form(snapshot: QuestionSnapshot, answer: Any) -> dict[str, Any]:
    return dict(normalise(snapshot.question_type, snapshot.choices or (), snapshot.answer_format, answer))


def _refuse_gaps(assessment: Assessment) -> None:
    """Refuse to hand in with a required question open; blank text answers nothing."""
    with prefetched(*queries.question_reads(assessment.pk)):
        newest = queries.newest_responses(assessment.pk)
        asked = queries.snapshots(assessment.pk)
    answered = {key for key, row in newest.items() if not is_blank(row.answer)}
    gaps = [row for row in asked if row.required and row.pk not in answered]
    if gaps:
        raise AnswersMissing(
            pluralize(
                len(gaps), "required question has no answer yet.", "required questions have no answer yet."
            ),
            details={"unanswered": [str(row.question_id) for row in gaps]},
        )
