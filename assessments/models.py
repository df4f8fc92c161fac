"""Assessments, the questions frozen into them, and the answers given."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from assessments.answers import INVISIBLE
from assessments.enums import AssessmentStatus, MissingPart, Stage
from catalog.enums import QuestionType
from microcred.db import Model


class Assessment(Model):
    """One student's attempt at one role; every change of its status goes through assessments.services.

    ``degraded`` and ``missing`` say which parts a result had to do without. ``seed`` reproduces the choice
    of questions.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments")
    role = models.ForeignKey("catalog.JobRole", on_delete=models.PROTECT, related_name="assessments")
    status = models.CharField(
        max_length=24, choices=AssessmentStatus.choices, default=AssessmentStatus.IN_PROGRESS
    )
    stage = models.CharField(max_length=24, choices=Stage.choices, default=Stage.ANSWERING)
    degraded = models.BooleanField(default=False)
    missing = ArrayField(
        models.CharField(max_length=32, choices=MissingPart.choices), default=list, blank=True
    )
    failure_reason = models.TextField(blank=True)
    seed = models.BigIntegerField()
    metadata = models.JSONField(default=dict, blank=True)
    model_scoring = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether the student lets a model score essays; otherwise a person does.",
    )
    model_scoring_decided_at = models.DateTimeField(
        null=True, blank=True, help_text="When the student said so; empty where nobody asked."
    )
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(
        null=True, blank=True, help_text="When staff let the student see a result that was held back."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "assessments"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=models.Q(status=AssessmentStatus.IN_PROGRESS),
                name="assessments_one_open_per_role",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=AssessmentStatus.values), name="assessments_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=Stage.values), name="assessments_stage_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=AssessmentStatus.COMPLETED, completed_at__isnull=False)
                | (~models.Q(status=AssessmentStatus.COMPLETED) & models.Q(completed_at__isnull=True)),
                name="assessments_completed_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("started_at")),
                name="assessments_expires_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(degraded=False, missing=[])
                | (models.Q(degraded=True) & ~models.Q(missing=[])),
                name="assessments_degraded_names_parts",
            ),
            models.CheckConstraint(
                condition=models.Q(missing__contained_by=MissingPart.values),
                name="assessments_missing_parts_known",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="idx_assessments_user"),
            models.Index(fields=["status"], name="idx_assessments_status"),
            models.Index(
                fields=["expires_at"],
                name="idx_assessments_open_expiry",
                condition=models.Q(status=AssessmentStatus.IN_PROGRESS),
            ),
        ]

    def __str__(self) -> str:
        return f"Assessment of {self.started_at:%d %b %Y}, {self.get_status_display().lower()}"


class QuestionSnapshot(Model):
    """A question as this assessment asks it; frozen when the assessment starts, never changed."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="snapshots")
    question = models.ForeignKey("catalog.Question", on_delete=models.PROTECT, related_name="snapshots")
    question_version = models.ForeignKey(
        "catalog.QuestionVersion", on_delete=models.PROTECT, related_name="snapshots"
    )
    position = models.PositiveSmallIntegerField()
    question_type = models.CharField(max_length=32, choices=QuestionType.choices)
    prompt = models.TextField()
    choices = models.JSONField(null=True)
    answer_format = models.JSONField()
    rules = models.JSONField()
    rubric = models.JSONField()
    feedback = models.JSONField()
    skills = models.JSONField(help_text="[{skill: key, weight: decimal as text}]")
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    required = models.BooleanField()
    version = models.CharField(max_length=32)

    class Meta:
        db_table = "assessment_question_snapshots"
        ordering = ["assessment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question"], name="snapshots_question_once"),
            models.UniqueConstraint(fields=["assessment", "position"], name="snapshots_position_once"),
            models.CheckConstraint(
                condition=models.Q(question_type__in=QuestionType.values), name="snapshots_type_known"
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="snapshots_weight_positive"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="snapshots_position_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.prompt[:60]}"


class AssessmentResponse(Model):
    """One version of the answer to one question; a changed answer is a new row, the highest version counts."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="responses")
    question_snapshot = models.ForeignKey(
        QuestionSnapshot, on_delete=models.CASCADE, related_name="responses"
    )
    version = models.PositiveIntegerField(default=1)
    answer = models.JSONField(help_text="In the stored form of assessments/answers.py.")
    is_blank = models.GeneratedField(
        expression=models.Func(
            "answer", template=f"coalesce((%(expressions)s ->> 'text') !~ '[^{INVISIBLE}]', false)"
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="A text of which nothing is seen: the question counts as not answered.",
    )
    submitted_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "assessment_responses"
        ordering = ["assessment", "question_snapshot", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question_snapshot", "version"], name="responses_version_once"
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="responses_version_positive"),
        ]

    def __str__(self) -> str:
        return f"Answer {self.version} of {self.submitted_at:%d %b %Y, %H:%M}"
