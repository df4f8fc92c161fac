"""Which scorers have passed their gate, which of them score now, and who decided so."""

from django.conf import settings
from django.db import models

from microcred.db import Model


class ScorerRelease(Model):
    """One run of the release gate over one scorer of essays; written once, only ``active`` changes afterwards.

    ``version`` is the prompt's version for a model and the scorer's own for the local one; ``model`` the language or
    embedding model, ``provider`` and ``host`` who runs it. ``figures`` are those of `scoring.golden.gate` with their
    thresholds. Of each kind one release is active, which has passed, on replies that a scorer really gave.
    """

    kind = models.CharField(max_length=16, choices=[("local", "Local"), ("model", "Model")])
    version = models.CharField(max_length=64)
    provider = models.CharField(max_length=32)
    host = models.CharField(max_length=255, blank=True)
    model = models.CharField(max_length=200)
    golden_version = models.CharField(max_length=64)
    thresholds_version = models.CharField(max_length=32)
    replies = models.CharField(
        max_length=16,
        choices=[("live", "Live"), ("recorded", "Recorded"), ("shipped", "Shipped with the code")],
        help_text="Where the replies came from: asked for in this run, from a file, or measured for this version.",
    )
    passed = models.BooleanField()
    active = models.BooleanField(default=False)
    figures = models.JSONField()
    cost_microcents = models.PositiveBigIntegerField(default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "scorer_releases"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(active=True), name="scorer_releases_one_active"
            ),
            models.CheckConstraint(
                condition=models.Q(active=False) | models.Q(passed=True),
                name="scorer_releases_active_has_passed",
            ),
            models.CheckConstraint(
                condition=models.Q(passed=False) | ~models.Q(figures=[]),
                name="scorer_releases_passed_has_figures",
            ),
        ]

    def __str__(self) -> str:
        place = f" at {self.host}" if self.host else ""
        return f"{self.version} with {self.model}{place}"


class ScorerVersion(Model):
    """A scorer learned from people's scores of one question; at most one of a question is active.

    ``artefact`` holds arrays and nothing that could be run (`scoring.training.artefact`). ``data_hash`` is
    SHA-256 of the answers and scores it learned from, ``task_hash`` of the prompt and rubric they belong to:
    a question whose prompt or rubric has changed since is not scored by it. ``figures`` are cross-validated.
    A new one is a candidate. ``gate`` is what its release gate found, ``passed`` whether it passed: only then may
    it be active. Nothing but these and ``active`` ever changes.
    """

    question = models.ForeignKey("catalog.Question", on_delete=models.CASCADE, related_name="scorer_versions")
    version = models.PositiveIntegerField()
    format = models.CharField(max_length=32)
    encoder = models.CharField(max_length=200)
    data_hash = models.CharField(max_length=64)
    task_hash = models.CharField(max_length=64)
    figures = models.JSONField()
    artefact = models.BinaryField()
    passed = models.BooleanField(default=False)
    active = models.BooleanField(default=False)
    gate = models.JSONField(default=list, blank=True)
    gated_at = models.DateTimeField(null=True, blank=True)
    trained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "scorer_versions"
        ordering = ["question", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["question", "version"], name="scorer_versions_once"),
            models.UniqueConstraint(
                fields=["question"], condition=models.Q(active=True), name="scorer_versions_one_active"
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="scorer_versions_positive"),
            models.CheckConstraint(
                condition=models.Q(active=False) | models.Q(passed=True),
                name="scorer_versions_active_has_passed",
            ),
            models.CheckConstraint(
                condition=models.Q(passed=False) | (models.Q(gated_at__isnull=False) & ~models.Q(gate=[])),
                name="scorer_versions_passed_was_gated",
            ),
        ]

    def __str__(self) -> str:
        return f"Trained scorer, version {self.version}"


class ScorerActivation(Model):
    """That a scorer came into use, by whom and why; ``replaced`` is the id of the one before. Never changed.

    It is of a release or of a version, never of both.
    """

    release = models.ForeignKey(
        ScorerRelease, on_delete=models.CASCADE, null=True, blank=True, related_name="activations"
    )
    scorer_version = models.ForeignKey(
        ScorerVersion, on_delete=models.CASCADE, null=True, blank=True, related_name="activations"
    )
    replaced = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "scorer_activations"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(release__isnull=False, scorer_version__isnull=True)
                | models.Q(release__isnull=True, scorer_version__isnull=False),
                name="scorer_activations_of_one",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="scorer_activations_have_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.release or self.scorer_version} since {self.made_at:%d %b %Y, %H:%M}"
