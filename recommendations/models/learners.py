"""What learners have earned, and what people made of a recommendation."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from recommendations.enums import Acceptance, LearnerCredentialSource, LearnerCredentialStatus


class RecommendationFeedback(Model):
    """What a student or a member of staff said about a recommendation; rows are added, never changed.

    ``item`` names the credential that is meant; without it the feedback is about the list as a whole, and
    ``taken_for`` the credential that a student takes up, or lets go of, by such a word. Of several by one person about
    the same thing the newest counts. The role is the one the token carried. A row that
    is ``withdrawn`` takes back what its author said before, and says nothing itself.
    """

    recommendation = models.ForeignKey(
        "recommendations.Recommendation", on_delete=models.CASCADE, related_name="feedback"
    )
    item = models.ForeignKey(
        "recommendations.RecommendationItem", on_delete=models.CASCADE, null=True, related_name="feedback"
    )
    taken_for = models.ForeignKey(
        "recommendations.RecommendationItem", on_delete=models.CASCADE, null=True, related_name="+"
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recommendation_feedback"
    )
    submitted_by_role = models.CharField(max_length=16)
    relevance_score = models.PositiveSmallIntegerField(null=True)
    acceptance_status = models.CharField(
        max_length=16, choices=Acceptance.choices, default=Acceptance.PENDING
    )
    comments = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False, db_default=False)
    submitted_at = models.DateTimeField()

    class Meta:
        db_table = "recommendation_feedback"
        verbose_name_plural = "recommendation feedback"
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(relevance_score__gte=1, relevance_score__lte=5),
                name="recommendation_feedback_relevance_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(acceptance_status__in=Acceptance.values),
                name="recommendation_feedback_acceptance_known",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn=False, relevance_score__isnull=False)
                | models.Q(
                    withdrawn=True,
                    relevance_score__isnull=True,
                    acceptance_status=Acceptance.PENDING,
                    comments="",
                ),
                name="recommendation_feedback_withdrawn_says_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(item__isnull=True) | models.Q(taken_for__isnull=True),
                name="recommendation_feedback_taken_for_of_lists",
            ),
        ]
        indexes = [models.Index(fields=["recommendation"], name="idx_recommendation_feedback_re")]

    def __str__(self) -> str:
        said = "withdrawn" if self.withdrawn else f"{self.relevance_score} of 5"
        return f"{said}, by the {self.submitted_by_role} on {self.submitted_at:%d %b %Y}"


class LearnerCredential(Model):
    """A credential that a learner has taken up or completed; what neighbours are compared by."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="learner_credentials"
    )
    credential = models.ForeignKey(
        "catalog.Credential", on_delete=models.PROTECT, related_name="learner_credentials"
    )
    status = models.CharField(max_length=16, choices=LearnerCredentialStatus.choices)
    source = models.CharField(max_length=16, choices=LearnerCredentialSource.choices)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "learner_credentials"
        ordering = ["user", "credential"]
        constraints = [
            models.UniqueConstraint(fields=["user", "credential"], name="learner_credentials_once"),
            models.CheckConstraint(
                condition=models.Q(status__in=LearnerCredentialStatus.values),
                name="learner_credentials_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=LearnerCredentialSource.values),
                name="learner_credentials_source_known",
            ),
        ]
        indexes = [models.Index(fields=["credential"], name="idx_learner_credentials_cred")]

    def __str__(self) -> str:
        # A form for a new one has neither yet.
        since = f" on {self.recorded_at:%d %b %Y}" if self.recorded_at else ""
        return f"{self.get_status_display() or 'Not recorded'}{since}"


class LearnerProfile(Model):
    """The newest skill levels of a learner for a role, as the recommender last saw them.

    A copy kept for the search for neighbours, which must read thousands of profiles at once. Written with
    each recommendation run and with each synthetic learner; ``levels`` maps skill keys to 0 to 5.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="learner_profiles"
    )
    role = models.ForeignKey("catalog.JobRole", on_delete=models.CASCADE, related_name="learner_profiles")
    levels = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "learner_profiles"
        ordering = ["-recorded_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="learner_profiles_once")]
        indexes = [models.Index(fields=["role", "-recorded_at"], name="idx_learner_profiles_role")]

    def __str__(self) -> str:
        return f"{len(self.levels)} skill levels of {self.recorded_at:%d %b %Y}"
