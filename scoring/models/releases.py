"""Which versions of scorers have passed their gate."""

from django.db import models

from microcred.db import Model


class ScorerRelease(Model):
    """One run of the release gate over one scorer.

    ``version`` is the prompt's version for a model and the scorer's own for the local one; ``model`` the language or
    embedding model that was used. The newest run for a version that passed is its active one; of each kind,
    version and model at most one is active. ``figures`` are those of `scoring.golden.gate`, with their thresholds.
    """

    kind = models.CharField(max_length=16, choices=[("local", "Local"), ("model", "Model")])
    version = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    golden_version = models.CharField(max_length=32)
    replies = models.CharField(max_length=64, help_text="live, or the name of the recorded replies.")
    passed = models.BooleanField()
    active = models.BooleanField(default=False)
    figures = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "scorer_releases"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "version", "model"],
                condition=models.Q(active=True),
                name="scorer_releases_one_active",
            ),
            models.CheckConstraint(
                condition=models.Q(active=False) | models.Q(passed=True),
                name="scorer_releases_active_has_passed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version} with {self.model}: {'passed' if self.passed else 'failed'}"
