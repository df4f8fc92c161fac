"""Reading assessments."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.policy import Permission, allows
from assessments.activity import OpenAssessment as OpenAssessment
from assessments.activity import last_worked as last_worked
from assessments.activity import newest_of as newest_of
from assessments.activity import open_of as open_of
from assessments.compiled_queries import NEWEST, SNAPSHOTS
from assessments.compiled_queries import question_reads as question_reads
from assessments.enums import AssessmentStatus, Stage
from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from assessments.progress import Progress as Progress
from assessments.progress import progress_of as progress_of
from assessments.visibility import AssessmentMissing as AssessmentMissing
from assessments.visibility import get_visible as get_visible
from assessments.visibility import get_with_progress as get_with_progress
from assessments.visibility import seen as seen
from assessments.visibility import visible_to as visible_to
from assessments.visibility import visible_with as visible_with
from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery
from ops.audit import Actor

_SUBJECT: Final = CompiledQuery(
    lambda assessment: Assessment.objects.filter(pk=assessment).values_list(
        "pk", "user_id", "role_id", "role__name"
    ),
    assessment=uuid.UUID,
)
_STATE: Final = CompiledQuery(
    lambda assessment: Assessment.objects.filter(pk=assessment).values_list("status", "degraded"),
    assessment=uuid.UUID,
)
_AUTHOR: Final = CompiledQuery(
    lambda assessment: Assessment.objects.filter(pk=assessment).values_list(
        "user_id", "user__name", "user__email", "user__profile", "model_scoring"
    ),
    assessment=uuid.UUID,
)


@dataclass(frozen=True)
class Subject:
    """Whose assessment it is, and for which role."""

    assessment_id: uuid.UUID
    user_id: uuid.UUID
    role_id: uuid.UUID
    role_name: str


@dataclass(frozen=True)
class Author:
    """Who gives the answers of an assessment, and whether a model may score them."""

    user_id: uuid.UUID
    name: str
    email: str
    profile: Mapping[str, Any]
    model_scoring: bool


@dataclass(frozen=True)
class AskedQuestion:
    """A frozen question with the newest version of its answer, if there is one; for scoring and staff."""

    snapshot_id: uuid.UUID
    question_id: uuid.UUID
    position: int
    question_type: str
    prompt: str
    choices: list[dict[str, Any]] | None
    answer_format: Mapping[str, Any]
    rules: Mapping[str, Any]
    rubric: Mapping[str, Any]
    feedback: Mapping[str, Any]
    skills: tuple[tuple[str, Decimal], ...]
    weight: Decimal
    required: bool
    version: str
    response_id: uuid.UUID | None
    answer: Mapping[str, Any] | None

    @property
    def answered_by(self) -> uuid.UUID:
        """The id of the answer; asking for that of an unanswered question is a mistake of the caller."""
        if self.response_id is None:
            raise ValueError("the question has no answer")
        return self.response_id


def with_result() -> QuerySet[Assessment]:
    """Return all assessments that are completed, held back or not; for background work and blind review."""
    return Assessment.objects.filter(status=AssessmentStatus.COMPLETED).order_by()


def awaiting_work() -> QuerySet[Assessment]:
    """Return all assessments that are handed in and have no result yet, the one unchanged for longest first."""
    return Assessment.objects.filter(status=AssessmentStatus.AWAITING_ASYNC).order_by("updated_at")


def failed_since(moment: dt.datetime) -> QuerySet[Assessment]:
    """Return the assessments that have ended without a result since then."""
    return Assessment.objects.filter(status=AssessmentStatus.FAILED, updated_at__gte=moment).order_by("pk")


def shown_to_student(user_id: uuid.UUID) -> QuerySet[Assessment]:
    """Return a student's own assessments whose results they may see."""
    return shown_to_students([user_id])


def shown_to_students(user_ids: Collection[uuid.UUID]) -> QuerySet[Assessment]:
    """Return these students' own assessments whose results they may see."""
    return with_result().filter(user__in=user_ids).exclude(stage=Stage.AWAITING_RELEASE)


def versions_with_results() -> list[tuple[uuid.UUID, uuid.UUID, int]]:
    """Return every question version that completed assessments asked: question, version, and by how many."""
    rows = with_result().filter(snapshots__isnull=False)
    found = rows.values_list("snapshots__question_id", "snapshots__question_version_id")
    return list(found.annotate(number=Count("pk")))


def subject(assessment_id: uuid.UUID) -> Subject:
    """Return whose assessment it is; for background work, which sees everything."""
    found = _SUBJECT.first(assessment=assessment_id)
    if found is None:
        raise Assessment.DoesNotExist
    return Subject(*found)


def state_of(assessment_id: uuid.UUID) -> tuple[str, bool]:
    """Return the status, and whether the result goes without a part; for background work, which sees everything."""
    found = _STATE.first(assessment=assessment_id)
    if found is None:
        raise Assessment.DoesNotExist
    return found


def author(assessment_id: uuid.UUID) -> Author:
    """Return who gives the answers; for background work, which sees everything."""
    found = _AUTHOR.first(assessment=assessment_id)
    if found is None:
        raise Assessment.DoesNotExist
    return Author(*found)


def author_read(assessment_id: uuid.UUID) -> PipelinedQuery[Any]:
    """Return what `author` asks, to be pipelined with others."""
    return _AUTHOR.read(assessment=assessment_id)


def exists(assessment_id: uuid.UUID) -> bool:
    """Return whether an assessment is (still) there; for background work, which sees everything."""
    return Assessment.objects.filter(pk=assessment_id).exists()


def effective_status(assessment: Assessment, *, now: dt.datetime) -> AssessmentStatus:
    """Return the status, which is expired from the minute of expiry on, swept or not."""
    if assessment.status == AssessmentStatus.IN_PROGRESS and assessment.expires_at <= now:
        return AssessmentStatus.EXPIRED
    return AssessmentStatus(assessment.status)


def newest_responses(assessment_id: uuid.UUID) -> dict[uuid.UUID, AssessmentResponse]:
    """Return the newest version of every answer, by snapshot."""
    return {row.question_snapshot_id: row for row in NEWEST.rows(assessment=assessment_id)}


def answers_version(assessment_id: uuid.UUID) -> str:
    """Return what changes with every answer: how many versions of answers are kept, none of which ever goes."""
    return f"answers-{AssessmentResponse.objects.filter(assessment_id=assessment_id).count()}"


def progress(assessment_id: uuid.UUID) -> Progress:
    """Return how far the student has come."""
    return progress_of(Assessment.objects.filter(pk=assessment_id)).get(assessment_id, Progress(0, 0))


def snapshots(assessment_id: uuid.UUID) -> list[QuestionSnapshot]:
    """Return the frozen questions in the order in which they are asked."""
    return SNAPSHOTS.rows(assessment=assessment_id)


def asked_questions(assessment_id: uuid.UUID) -> list[AskedQuestion]:
    """Return every question with its newest answer, in order."""
    answers = newest_responses(assessment_id)
    return [_asked(row, answers.get(row.pk)) for row in snapshots(assessment_id)]


def asked_for_responses(response_ids: list[uuid.UUID]) -> list[AskedQuestion]:
    """Return the questions that these responses answer, each with that very response."""
    rows = AssessmentResponse.objects.filter(pk__in=response_ids).select_related("question_snapshot")
    return [_asked(row.question_snapshot, row) for row in rows.order_by("question_snapshot__position")]


def texts_on(question_id: uuid.UUID, *, by: uuid.UUID | None = None) -> Iterator[tuple[uuid.UUID, str]]:
    """Yield every text ever given as answer to a question, by one student or by all, after the id of its assessment."""
    rows = AssessmentResponse.objects.filter(
        question_snapshot__question=question_id, answer__text__isnull=False
    )
    mine = rows.filter(assessment__user=by) if by else rows
    for assessment_id, answer in mine.order_by("pk").values_list("assessment_id", "answer").iterator():
        yield assessment_id, answer["text"]


def missing_prerequisites(*, user: User, role: Any) -> list[Any]:
    """Return the roles that must be completed before ``role`` and that the user has not completed."""
    if not role.prerequisites.all():
        return []
    done = Assessment.objects.filter(user=user, status=AssessmentStatus.COMPLETED).values("role_id")
    return list(role.prerequisites.exclude(pk__in=done).order_by("name"))


def is_held(assessment: Assessment) -> bool:
    """Whether there is a result that its student must not see before staff has released it."""
    return assessment.status == AssessmentStatus.COMPLETED and assessment.stage == Stage.AWAITING_RELEASE


def is_hidden_from(by: Actor, assessment: Assessment) -> bool:
    """Whether the result is held back from this caller, as it is from everybody but staff."""
    return is_held(assessment) and not allows(by, Permission.READ_STAFF_VIEW)


def awaited(assessment: Assessment) -> list[str]:
    """Return the stages that a submitted assessment has yet to finish, its release included."""
    if is_held(assessment):
        return [Stage.AWAITING_RELEASE.value]
    order = [Stage.SCORING, Stage.RETRIEVAL, Stage.RECOMMENDING]
    if assessment.status != AssessmentStatus.AWAITING_ASYNC or assessment.stage not in order:
        return []
    return [stage.value for stage in order[order.index(Stage(assessment.stage)) :]]


def count_by_status() -> dict[str, int]:
    """Return how many assessments stand in each status."""
    found = Assessment.objects.order_by().values_list("status").annotate(number=Count("pk"))
    return dict.fromkeys(AssessmentStatus.values, 0) | dict(found)


def narrow(
    rows: QuerySet[Assessment],
    *,
    now: dt.datetime,
    status: str = "",
    role_id: uuid.UUID | None = None,
    student_id: uuid.UUID | None = None,
) -> QuerySet[Assessment]:
    """Narrow a list of assessments by status, role and student."""
    conditions = has_status(status, now=now)
    if role_id:
        conditions &= Q(role_id=role_id)
    if student_id:
        conditions &= Q(user_id=student_id)
    return rows.filter(conditions)


def has_status(status: str, *, now: dt.datetime) -> Q:
    """Return the filter for a status, or for all; overdue counts as expired, swept or not."""
    overdue = Q(status=AssessmentStatus.IN_PROGRESS, expires_at__lte=now)
    if status == AssessmentStatus.EXPIRED:
        return Q(status=status) | overdue
    if status == AssessmentStatus.IN_PROGRESS:
        return Q(status=status) & ~overdue
    return Q(status=status) if status else Q()


def _asked(row: QuestionSnapshot, response: AssessmentResponse | None) -> AskedQuestion:
    return AskedQuestion(
        snapshot_id=row.pk,
        question_id=row.question_id,
        position=row.position,
        question_type=row.question_type,
        prompt=row.prompt,
        choices=row.choices,
        answer_format=row.answer_format,
        rules=row.rules,
        rubric=row.rubric,
        feedback=row.feedback,
        skills=tuple((entry["skill"], Decimal(entry["weight"])) for entry in row.skills),
        weight=row.weight,
        required=row.required,
        version=row.version,
        response_id=response.pk if response else None,
        answer=response.answer if response else None,
    )
