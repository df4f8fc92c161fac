"""Scores and what they say about skills."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from scoring.enums import EssayOutcome, MarkStatus, ScoreSource


class RuleScore(Model):
    """What the rules gave one version of a closed answer; made in the request that brought the answer."""

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="rule_scores"
    )
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, related_name="rule_scores"
    )
    response = models.ForeignKey(
        "assessments.AssessmentResponse", on_delete=models.CASCADE, related_name="rule_scores"
    )
    score = models.DecimalField(max_digits=5, decimal_places=2)
    maximum = models.DecimalField(max_digits=5, decimal_places=2)
    explanation = models.TextField(help_text="Shown to the student; never names the key.")
    staff_explanation = models.TextField(blank=True)
    rules_applied = models.JSONField()
    engine_version = models.CharField(max_length=32)
    question_version = models.ForeignKey(
        "catalog.QuestionVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whose key and weight counted, where it is not the version that was asked.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "rule_scores"
        ordering = ["assessment", "question_snapshot", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["response", "engine_version"], name="rule_scores_once"),
            models.CheckConstraint(
                condition=models.Q(score__gte=0) & models.Q(score__lte=models.F("maximum")),
                name="rule_scores_within_maximum",
            ),
            models.CheckConstraint(condition=~models.Q(explanation=""), name="rule_scores_explained"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of {self.maximum} points by rule"


class EssayScore(Model):
    """One scoring run of one essay; the run with the highest rank of source, then the newest, is effective.

    ``score`` is empty where nothing could be scored. Costs are in micro-cents (millionths of a cent).
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="essay_scores"
    )
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, related_name="essay_scores"
    )
    response = models.ForeignKey(
        "assessments.AssessmentResponse", on_delete=models.CASCADE, related_name="essay_scores"
    )
    run = models.PositiveIntegerField()
    source = models.CharField(max_length=16, choices=ScoreSource.choices)
    outcome = models.CharField(max_length=24, choices=EssayOutcome.choices)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    maximum = models.DecimalField(max_digits=5, decimal_places=2)
    scored_weight = models.DecimalField(
        max_digits=5, decimal_places=2, help_text="The part of the maximum whose criteria could be scored."
    )
    explanation = models.TextField(blank=True)
    uncertainty = models.FloatField(default=0)
    band_low = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, help_text="The lowest of several readings, if there were."
    )
    band_high = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    flags = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=64)
    prompt_version = models.CharField(max_length=32)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    cost_microcents = models.BigIntegerField(default=0)
    response_payload = models.JSONField(default=dict)
    scored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    question_version = models.ForeignKey(
        "catalog.QuestionVersion",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whose rubric and weight counted, where it is not the version that was asked.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "essay_scores"
        ordering = ["assessment", "question_snapshot", "-run"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question_snapshot", "run"], name="essay_scores_run_once"
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True)
                | (models.Q(score__gte=0) & models.Q(score__lte=models.F("maximum"))),
                name="essay_scores_within_maximum",
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=ScoreSource.values), name="essay_scores_source_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=EssayOutcome.values), name="essay_scores_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(cost_microcents__gte=0), name="essay_scores_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(band_low__isnull=True, band_high__isnull=True)
                | models.Q(
                    band_low__gte=0, band_high__gte=models.F("band_low"), band_high__lte=models.F("maximum")
                ),
                name="essay_scores_band_within_maximum",
            ),
            models.CheckConstraint(
                condition=models.Q(uncertainty__gte=0, uncertainty__lte=1),
                name="essay_scores_uncertainty_is_share",
            ),
            models.CheckConstraint(
                condition=models.Q(scored_weight__gte=0, scored_weight__lte=models.F("maximum")),
                name="essay_scores_weight_within_maximum",
            ),
            models.CheckConstraint(condition=models.Q(run__gte=1), name="essay_scores_run_positive"),
            models.CheckConstraint(
                condition=models.Q(source=ScoreSource.HUMAN, scored_by__isnull=False)
                | (~models.Q(source=ScoreSource.HUMAN) & models.Q(scored_by=None)),
                name="essay_scores_human_has_scorer",
            ),
        ]

    def __str__(self) -> str:
        return f"Essay, run {self.run}"


class CriterionMark(Model):
    """The verdict on one criterion of one essay run: a level, the reason, and the quotes that show it.

    ``quotes`` are ``{"text", "start", "end"}`` with character offsets into the stored answer.
    """

    essay_score = models.ForeignKey(EssayScore, on_delete=models.CASCADE, related_name="marks")
    position = models.PositiveSmallIntegerField()
    criterion_key = models.CharField(max_length=64)
    criterion_name = models.CharField(max_length=120)
    skill_key = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, choices=MarkStatus.choices)
    level_id = models.CharField(max_length=64, blank=True)
    level_name = models.CharField(max_length=120, blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    maximum = models.DecimalField(max_digits=6, decimal_places=2)
    weight = models.DecimalField(max_digits=6, decimal_places=2)
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True, help_text="For staff: why a person must look.")
    quotes = models.JSONField(default=list)
    absence = models.BooleanField(default=False, help_text="The verdict rests on something not being there.")
    carried = models.BooleanField(
        default=False,
        help_text="Taken over from the run before; whoever gave this run did not judge it anew.",
    )

    class Meta:
        db_table = "criterion_marks"
        ordering = ["essay_score", "position"]
        constraints = [
            models.UniqueConstraint(fields=["essay_score", "criterion_key"], name="criterion_marks_once"),
            models.CheckConstraint(
                condition=models.Q(status=MarkStatus.NEEDS_REVIEW, points__isnull=True)
                | models.Q(
                    status=MarkStatus.SCORED,
                    points__isnull=False,
                    points__gte=0,
                    points__lte=models.F("maximum"),
                ),
                name="criterion_marks_points_fit_status",
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1), name="criterion_marks_position_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0, maximum__gt=0), name="criterion_marks_weigh_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_name}: {self.level_name or MarkStatus(self.status).label.lower()}"


class ProfileRun(Model):
    """One drawing of an assessment's skill profile, numbered from 1; it may have found no skill."""

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="profile_runs"
    )
    run = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "profile_runs"
        ordering = ["assessment", "-run"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "run"], name="profile_runs_once"),
            models.CheckConstraint(condition=models.Q(run__gte=1), name="profile_runs_run_positive"),
        ]

    def __str__(self) -> str:
        return f"Profile, run {self.run}"


class SkillEstimate(Model):
    """What one assessment says about one skill; see scoring/profile.py for the posterior.

    ``level`` and ``deviation`` are on the scale 0 to 5, ``evidence`` is the weight of what was observed.
    ``correction`` is the person's finding that the level follows, where one counts in place of the posterior.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="skill_estimates"
    )
    run = models.PositiveIntegerField()
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="estimates")
    level = models.DecimalField(max_digits=4, decimal_places=3)
    deviation = models.DecimalField(max_digits=4, decimal_places=3)
    evidence = models.DecimalField(max_digits=7, decimal_places=2)
    correction = models.ForeignKey(
        "scoring.SkillCheck", on_delete=models.RESTRICT, null=True, related_name="estimates"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "skill_estimates"
        ordering = ["assessment", "-run", "skill"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "run", "skill"], name="skill_estimates_once"),
            models.CheckConstraint(
                condition=models.Q(level__gte=0) & models.Q(level__lte=5),
                name="skill_estimates_level_on_scale",
            ),
            models.CheckConstraint(
                condition=models.Q(evidence__gte=0), name="skill_estimates_evidence_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(deviation__gte=0), name="skill_estimates_deviation_not_negative"
            ),
            models.CheckConstraint(condition=models.Q(run__gte=1), name="skill_estimates_run_positive"),
        ]

    def __str__(self) -> str:
        return f"Level {self.level}"
