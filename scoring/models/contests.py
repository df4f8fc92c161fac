"""Skill levels that students contest, and what people made of them."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from scoring.enums import ContestOutcome


class SkillContest(Model):
    """A student's word that a level inferred from their answers is wrong; it is open until it has been checked.

    ``level`` and ``deviation`` (0 to 5) are what was shown when they said so. Rows are added, never changed; the
    database refuses a second one about a skill while one is open.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, related_name="skill_contests"
    )
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="contests")
    level = models.DecimalField(max_digits=4, decimal_places=3)
    deviation = models.DecimalField(max_digits=4, decimal_places=3)
    reason = models.TextField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        db_table = "skill_contests"
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="skill_contests_have_reason"),
            models.CheckConstraint(
                condition=models.Q(level__gte=0, level__lte=5, deviation__gte=0),
                name="skill_contests_level_on_scale",
            ),
        ]
        indexes = [models.Index(fields=["assessment", "skill"], name="idx_skill_contests_assessment")]

    def __str__(self) -> str:
        return f"Contested skill level, {self.submitted_at:%d %b %Y}"


class SkillCheck(Model):
    """What a person found about a contested level; rows are added, never changed, and the database takes staff's only.

    ``level`` is what counts from then on: the one that stood where it was confirmed, another where it was corrected.
    The student reads ``reason``.
    """

    contest = models.OneToOneField(SkillContest, on_delete=models.CASCADE, related_name="check_made")
    outcome = models.CharField(max_length=16, choices=ContestOutcome.choices)
    before = models.DecimalField(max_digits=4, decimal_places=3)
    level = models.DecimalField(max_digits=4, decimal_places=3)
    reason = models.TextField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        db_table = "skill_checks"
        ordering = ["-checked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="skill_checks_have_reason"),
            models.CheckConstraint(
                condition=models.Q(level__gte=0, level__lte=5, before__gte=0, before__lte=5),
                name="skill_checks_level_on_scale",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome=ContestOutcome.CONFIRMED, level=models.F("before"))
                | (models.Q(outcome=ContestOutcome.CORRECTED) & ~models.Q(level=models.F("before"))),
                name="skill_checks_outcome_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"Check: {ContestOutcome(self.outcome).label.lower()}"
