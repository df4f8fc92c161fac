"""Past answers scored anew in the background, to look or to apply."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from scoring.enums import RescoringMode, RescoringState


class Rescoring(Model):
    """One run over everybody who has a result with an older version of a question; at most one at a time for each.

    It counts ``done`` of ``total`` past takers. ``reason`` and ``no_loss`` are those of an applied one. Nobody is
    named as having requested what an operator did by command.
    """

    question = models.ForeignKey("catalog.Question", on_delete=models.PROTECT, related_name="rescorings")
    question_version = models.ForeignKey(
        "catalog.QuestionVersion", on_delete=models.PROTECT, related_name="rescorings"
    )
    mode = models.CharField(max_length=16, choices=RescoringMode.choices)
    state = models.CharField(max_length=16, choices=RescoringState.choices, default=RescoringState.WAITING)
    reason = models.TextField(blank=True)
    no_loss = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    moved = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rescorings"
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["question"],
                condition=models.Q(state__in=[RescoringState.WAITING, RescoringState.RUNNING]),
                name="rescorings_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(mode__in=RescoringMode.values), name="rescorings_mode_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[RescoringState.WAITING, RescoringState.RUNNING], ended_at=None)
                | models.Q(state__in=[RescoringState.DONE, RescoringState.FAILED], ended_at__isnull=False),
                name="rescorings_ended_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(mode=RescoringMode.APPLY) | ~models.Q(reason=""),
                name="rescorings_applied_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(done__lte=models.F("total"), moved__lte=models.F("done")),
                name="rescorings_counts_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"Rescoring ({self.mode}): {self.done} of {self.total}"


class RescoredLine(Model):
    """What a rescoring found for one past taker.

    ``before`` and ``after`` are points and maximum as decimal text, ``change`` the share of the maximum gained or
    lost (-1 to 1). ``obstacle`` says why an answer stays as it is. ``top_before`` and ``top_after`` are the titles
    of the first recommendation, worked out only by a dry run and for those who would move; ``is_ranked`` says so.
    """

    rescoring = models.ForeignKey(Rescoring, on_delete=models.CASCADE, related_name="lines")
    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.CASCADE, related_name="+")
    before_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    before_maximum = models.DecimalField(max_digits=5, decimal_places=2)
    after_score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    after_maximum = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    change = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    moves = models.BooleanField()
    applied = models.BooleanField(default=False)
    obstacle = models.CharField(max_length=120, blank=True)
    is_ranked = models.BooleanField(default=False)
    top_before = models.TextField(blank=True)
    top_after = models.TextField(blank=True)

    class Meta:
        db_table = "rescored_lines"
        ordering = ["rescoring", "change", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rescoring", "assessment"], name="rescored_lines_once"),
            models.CheckConstraint(
                condition=models.Q(change__gte=-1, change__lte=1), name="rescored_lines_change_is_share"
            ),
        ]

    def __str__(self) -> str:
        return f"Changed by {self.change:+.1%} of the points"

    @property
    def falls(self) -> bool:
        """Whether the answer would earn, or earned, a smaller share of its maximum."""
        return self.change < 0

    @property
    def in_percent(self) -> str:
        """The change in percent of the maximum, with its sign."""
        return f"{100 * self.change:+.0f} %"

    @property
    def top_changes(self) -> bool:
        """Whether another credential would be recommended first."""
        return self.is_ranked and self.top_before != self.top_after
