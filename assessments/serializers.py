"""Assessments on the wire; nothing here can carry a key, a rule or a grader's note."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments import queries
from assessments.answer_fields import AnswerField as AnswerField
from assessments.answer_fields import AnyAnswerField
from assessments.enums import AssessmentStatus, MissingPart, Stage
from assessments.models import Assessment, QuestionSnapshot
from catalog.enums import QuestionType
from microcred.api.booleans import TrueOrFalse
from microcred.api.pagination import PageQuery
from microcred.api.rendered_responses import represent
from microcred.api.request_validation import allows_unknown_fields
from microcred.single_flight import SingleFlightCache

MAX_METADATA_ENTRIES = 20
MAX_METADATA_CHARS = 4_000


@allows_unknown_fields
class StartRequest(serializers.Serializer[Any]):
    """Which role to be assessed for."""

    role_id = serializers.UUIDField()
    metadata = serializers.DictField(
        required=False,
        help_text="Kept with the assessment; at most 20 entries, 4000 characters of JSON in all.",
    )

    model_scoring = TrueOrFalse(
        required=False,
        allow_null=True,
        default=None,
        help_text="false: no model may score the essays, a person does; without it as the student chose at /me.",
    )

    def validate_metadata(self, value: dict[str, Any]) -> dict[str, Any]:
        """Bound the size of what is kept."""
        if len(value) > MAX_METADATA_ENTRIES:
            raise serializers.ValidationError(f"At most {MAX_METADATA_ENTRIES} entries.")
        if len(json.dumps(value, ensure_ascii=False)) > MAX_METADATA_CHARS:
            raise serializers.ValidationError(f"At most {MAX_METADATA_CHARS} characters of JSON in all.")
        return value


@allows_unknown_fields
class ResponseItem(serializers.Serializer[Any]):
    """One answer."""

    question_id = serializers.UUIDField()
    answer = AnyAnswerField()
    submitted_at = serializers.DateTimeField(required=False)


@allows_unknown_fields
class ResponseBatch(serializers.Serializer[Any]):
    """Answers, and whether the assessment is thereby handed in."""

    responses = ResponseItem(many=True, allow_empty=False)
    completed = TrueOrFalse(default=False)


class StudentCriterion(serializers.Serializer[Any]):
    """What a student may know of a criterion."""

    name = serializers.CharField()
    explanation = serializers.CharField()
    weight = serializers.CharField()
    levels = serializers.ListField(child=serializers.CharField())


class StudentRubric(serializers.Serializer[Any]):
    """What a student may know of a rubric; without criteria for closed questions."""

    criteria = StudentCriterion(many=True)


class StudentQuestion(serializers.ModelSerializer[QuestionSnapshot]):
    """A frozen question as the student sees it."""

    question_id = serializers.UUIDField()
    type = serializers.ChoiceField(source="question_type", choices=QuestionType.choices)
    choices = serializers.SerializerMethodField()
    choice_ids = serializers.SerializerMethodField()
    choice_sides = serializers.SerializerMethodField()
    answer_format = serializers.DictField()
    rubric = serializers.SerializerMethodField()
    weight = serializers.FloatField()

    class Meta:
        model = QuestionSnapshot
        fields = [
            "question_id", "position", "type", "prompt", "choices", "choice_ids", "choice_sides", "answer_format",
            "rubric", "weight", "required", "version",
        ]  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "nullable": True})
    def get_choices(self, snapshot: QuestionSnapshot) -> list[str] | None:
        """Return the texts of the choices."""
        return _column(snapshot, "text")

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "nullable": True})
    def get_choice_ids(self, snapshot: QuestionSnapshot) -> list[str] | None:
        """Return the ids of the choices, in the order of their texts."""
        return _column(snapshot, "id")

    @extend_schema_field({"type": "array", "items": {"type": "string"}, "nullable": True})
    def get_choice_sides(self, snapshot: QuestionSnapshot) -> list[str] | None:
        """Return the side (left, right) of each choice of a matching question."""
        return _column(snapshot, "side") if snapshot.question_type == QuestionType.MATCHING else None

    @extend_schema_field(StudentRubric)
    def get_rubric(self, snapshot: QuestionSnapshot) -> dict[str, Any]:
        """Return the rubric's public part."""
        return student_rubric(snapshot.rubric)


def _column(snapshot: QuestionSnapshot, name: str) -> list[str] | None:
    return [choice[name] for choice in snapshot.choices] if snapshot.choices else None


def student_rubric(rubric: Mapping[str, Any]) -> dict[str, Any]:
    """Return the criteria's names, explanations, weights and level names; nothing else."""
    return {
        "criteria": [
            {
                "name": criterion["name"],
                "explanation": criterion["explanation"],
                "weight": criterion["weight"],
                "levels": [level["name"] for level in criterion["levels"]],
            }
            for criterion in rubric.get("criteria", [])
        ]
    }


class StartedView(serializers.Serializer[Any]):
    """What a started assessment is, without its questions."""

    assessment_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    expires_at = serializers.DateTimeField()
    model_scoring = serializers.BooleanField(help_text="Whether a model may score the essays.")


class StartResponse(StartedView):
    """A started assessment."""

    questions = StudentQuestion(many=True)


_STARTED: Final = StartedView()
_QUESTION: Final = StudentQuestion()
# Frozen questions never change, and whose they are is looked at before.
_shown: Final[SingleFlightCache[uuid.UUID, list[dict[str, Any]]]] = SingleFlightCache(256)


def started_fields(assessment: Assessment, *, now: dt.datetime) -> dict[str, Any]:
    """Return what `StartedView` shows."""
    return {
        "assessment_id": assessment.pk,
        "status": queries.effective_status(assessment, now=now),
        "expires_at": assessment.expires_at,
        "model_scoring": assessment.model_scoring,
    }


def start_view(assessment: Assessment, *, now: dt.datetime) -> dict[str, Any]:
    """Return the body of a response to a start, as `StartResponse` describes it."""
    started = started_fields(assessment, now=now)
    return represent(_STARTED, started) | {
        "questions": _shown.get(assessment.pk, lambda: _read(assessment.pk))
    }


def _read(assessment_id: uuid.UUID) -> list[dict[str, Any]]:
    return [represent(_QUESTION, row) for row in queries.snapshots(assessment_id)]


class GivenAnswerView(serializers.Serializer[Any]):
    """The newest version of an answer."""

    question_id = serializers.UUIDField()
    answer = serializers.DictField()
    version = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()


class QuestionsResponse(StartResponse):
    """An assessment's questions with the answers given so far, for a student who comes back."""

    answers = GivenAnswerView(many=True)


class SubmissionAck(serializers.Serializer[Any]):
    """What happened to the answers."""

    assessment_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    async_job_enqueued = serializers.BooleanField()
    message = serializers.CharField()


class ProgressView(serializers.Serializer[Any]):
    """Answered questions, of how many."""

    answered = serializers.IntegerField()
    total = serializers.IntegerField()


class StatusView(serializers.Serializer[Any]):
    """Where an assessment stands, and what is still awaited."""

    assessment_id = serializers.UUIDField()
    role_id = serializers.UUIDField()
    role_name = serializers.CharField()
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    stage = serializers.ChoiceField(choices=Stage.choices)
    awaited = serializers.ListField(child=serializers.ChoiceField(choices=Stage.choices))
    progress = ProgressView()
    degraded = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.ChoiceField(choices=MissingPart.choices))
    expires_at = serializers.DateTimeField()
    last_updated_at = serializers.DateTimeField()


_STATUS: Final = StatusView()


def status_view(assessment: Assessment, done: queries.Progress, *, now: dt.datetime) -> dict[str, Any]:
    """Return the body of a status response."""
    body = {
        "assessment_id": assessment.pk,
        "role_id": assessment.role_id,
        "role_name": assessment.role.name,
        "status": queries.effective_status(assessment, now=now),
        "stage": assessment.stage,
        "awaited": queries.awaited(assessment),
        "progress": {"answered": done.answered, "total": done.total},
        "degraded": assessment.degraded,
        "missing": assessment.missing,
        "expires_at": assessment.expires_at,
        "last_updated_at": assessment.updated_at,
    }
    return represent(_STATUS, body)


class AssessmentQuery(PageQuery):
    """Query parameters of the assessment list."""

    status = serializers.ChoiceField(choices=AssessmentStatus.choices, required=False)
    role_id = serializers.UUIDField(required=False)
    student_id = serializers.UUIDField(required=False, help_text="For staff.")


class AssessmentSummary(serializers.ModelSerializer[Assessment]):
    """An assessment in a list."""

    assessment_id = serializers.UUIDField(source="id")
    student_id = serializers.UUIDField(source="user_id")
    role_name = serializers.CharField(source="role.name")

    class Meta:
        model = Assessment
        fields = [
            "assessment_id", "student_id", "role_id", "role_name", "status", "stage", "degraded", "started_at",
            "expires_at", "completed_at",
        ]  # fmt: skip
        extra_kwargs = {"degraded": {"help_text": "Whether parts are missing."}}


class AssessmentList(serializers.Serializer[Any]):
    """A page of assessments."""

    items = AssessmentSummary(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
