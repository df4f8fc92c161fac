"""What people changed about scores."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from scoring.enums import ChangeKind


class ScoreOverride(Model):
    """The points that a person gave a closed answer in place of the rules'; the newest run counts."""

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="score_overrides"
    )
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, related_name="score_overrides"
    )
    response = models.ForeignKey(
        "assessments.AssessmentResponse", on_delete=models.CASCADE, related_name="score_overrides"
    )
    run = models.PositiveIntegerField()
    score = models.DecimalField(max_digits=5, decimal_places=2)
    maximum = models.DecimalField(max_digits=5, decimal_places=2)
    explanation = models.TextField(help_text="The person's reason; shown to the student.")
    scored_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "score_overrides"
        ordering = ["assessment", "question_snapshot", "-run"]
        constraints = [
            models.UniqueConstraint(fields=["question_snapshot", "run"], name="score_overrides_run_once"),
            models.CheckConstraint(
                condition=models.Q(score__gte=0, score__lte=models.F("maximum")),
                name="score_overrides_within_maximum",
            ),
            models.CheckConstraint(condition=~models.Q(explanation=""), name="score_overrides_have_reason"),
            models.CheckConstraint(condition=models.Q(run__gte=1), name="score_overrides_run_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of {self.maximum} points by a person"


class ScoreChange(Model):
    """That a score which counted was replaced: by whom, why, and what it was before and is now.

    ``before`` and ``after`` are ``{"level", "points", "score", "maximum"}``: the level's name and the points of
    the criterion where one is named, the question's score and maximum as decimal text; null where there was
    none. ``criterion_key`` is empty for the whole question. Students read ``reason``.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="score_changes"
    )
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, related_name="score_changes"
    )
    criterion_key = models.CharField(max_length=64, blank=True)
    criterion_name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=16, choices=ChangeKind.choices)
    reason = models.TextField()
    before = models.JSONField()
    after = models.JSONField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "score_changes"
        ordering = ["assessment", "made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChangeKind.values), name="score_changes_kind_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="score_changes_have_reason"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=[ChangeKind.REVIEW, ChangeKind.OVERRIDE, ChangeKind.APPEAL])
                | models.Q(made_by__isnull=False),
                name="score_changes_by_a_person",
            ),
        ]
        indexes = [models.Index(fields=["assessment", "made_at"], name="idx_score_changes_assessment")]

    def __str__(self) -> str:
        return f"{ChangeKind(self.kind).label}: {self.criterion_name or 'a closed answer'}"
