"""Answers that wait for a person to look at them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from scoring.enums import ReviewReason


class ReviewTask(Model):
    """A score, of an essay or by rules, that a person should look at, and how far that has got.

    A reviewer holds a task until ``lease_until`` by the database's clock. ``first_marks`` is what they marked
    before the proposal was shown to them: ``{criterion key: level id}``, for a closed answer ``{"points": decimal
    as text}``. A task ends done, or withdrawn because its answer was decided elsewhere. A trigger refuses to hand a
    held task to somebody else, to change an ended one, and a second reviewer who was the first.
    """

    essay_score = models.OneToOneField(
        "scoring.EssayScore", on_delete=models.CASCADE, null=True, blank=True, related_name="review_task"
    )
    rule_score = models.OneToOneField(
        "scoring.RuleScore", on_delete=models.CASCADE, null=True, blank=True, related_name="review_task"
    )
    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="review_tasks"
    )
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, related_name="review_tasks"
    )
    question = models.ForeignKey("catalog.Question", on_delete=models.PROTECT, related_name="review_tasks")
    reasons = ArrayField(models.CharField(max_length=24, choices=ReviewReason.choices))
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    first_marks = models.JSONField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "review_tasks"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["question_snapshot"],
                condition=models.Q(done_at=None, withdrawn_at=None),
                name="review_tasks_one_open_per_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_by=None, lease_until=None)
                | models.Q(claimed_by__isnull=False, lease_until__isnull=False),
                name="review_tasks_claimed_with_lease",
            ),
            models.CheckConstraint(
                condition=models.Q(done_by=None, done_at=None)
                | models.Q(done_by__isnull=False, done_at__isnull=False, withdrawn_at=None),
                name="review_tasks_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(reasons=[]) & models.Q(reasons__contained_by=ReviewReason.values),
                name="review_tasks_have_reasons",
            ),
            models.CheckConstraint(
                condition=models.Q(essay_score__isnull=False, rule_score=None)
                | models.Q(essay_score=None, rule_score__isnull=False),
                name="review_tasks_of_one_score",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(first_marks__isnull=False),
                name="review_tasks_done_after_marking",
            ),
        ]
        indexes = [
            models.Index(
                fields=["question"],
                name="idx_review_tasks_open",
                condition=models.Q(done_at=None, withdrawn_at=None),
            )
        ]

    def __str__(self) -> str:
        return ", ".join(ReviewReason(reason).label for reason in self.reasons)
