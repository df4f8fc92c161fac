"""Students who disagree with a score."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from scoring.enums import AppealOutcome, AppealStatus


class Appeal(Model):
    """A student's word that one criterion, or one closed question, was scored wrongly.

    ``criterion_key`` is empty for a closed question. The thread and the decision are rows of their own.
    """

    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.CASCADE, related_name="appeals")
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, related_name="appeals"
    )
    criterion_key = models.CharField(max_length=64, blank=True)
    criterion_name = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=16, choices=AppealStatus.choices, default=AppealStatus.OPEN)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        db_table = "appeals"
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["question_snapshot", "criterion_key"],
                condition=models.Q(status=AppealStatus.OPEN),
                name="appeals_one_open_per_criterion",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=AppealStatus.values), name="appeals_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal about {self.criterion_name or 'a closed answer'}"


class AppealMessage(Model):
    """One word in the thread of an appeal; the first is the student's statement."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=16)
    text = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "appeal_messages"
        ordering = ["sent_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="appeal_messages_say_something"),
        ]

    def __str__(self) -> str:
        return f"{self.author_role}: {self.text[:40]}"


class AppealDecision(Model):
    """How an appeal ended. The database refuses a decider who gave the score or reviewed the answer.

    ``before`` and ``after`` have the form of those of ``ScoreChange``. ``outcome`` *kept* means that the decider
    found less than was given, and that an appeal may not lower a score: ``after`` then is ``before``, and
    ``found`` says what was found.
    """

    appeal = models.OneToOneField(Appeal, on_delete=models.CASCADE, related_name="decision")
    outcome = models.CharField(max_length=16, choices=AppealOutcome.choices)
    reason = models.TextField()
    before = models.JSONField()
    after = models.JSONField()
    found = models.JSONField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "appeal_decisions"
        ordering = ["-decided_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=AppealOutcome.values), name="appeal_decisions_outcome_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="appeal_decisions_have_reason"),
            models.CheckConstraint(
                condition=models.Q(outcome=AppealOutcome.UPHELD, found__isnull=True, after=models.F("before"))
                | models.Q(outcome=AppealOutcome.KEPT, found__isnull=False, after=models.F("before"))
                | models.Q(outcome=AppealOutcome.CHANGED, after=models.F("found")),
                name="appeal_decisions_outcome_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"Decision: {AppealOutcome(self.outcome).label.lower()}"
