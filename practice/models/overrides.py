"""What those who look after students set in place of what practice had come to."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from practice.enums import OverrideKind
from practice.models.practising import PracticeAssignment


class PracticeOverride(Model):
    """That a person set a student's level in a skill, or changed a goal of theirs: why, what it was before and is now.

    ``before`` and ``after`` are ``{"rating", "deviation", "difficulty"}`` of a level, and of a goal the fields that
    differ (``target_difficulty``, ``due_on`` as an ISO date or null, ``status``). ``withdrawn`` is the assignment that
    was taken back with the level. ``goal_id`` is no key, since students may delete their goals; the keys of the skills
    that a goal has beside the first, ``skill``, stand in ``further_skills``. Rows are never changed.
    """

    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="practice_overrides"
    )
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="practice_overrides")
    further_skills = ArrayField(models.CharField(max_length=64), default=list, db_default=[], blank=True)
    kind = models.CharField(max_length=16, choices=OverrideKind.choices)
    goal_id = models.UUIDField(null=True)
    withdrawn = models.OneToOneField(
        PracticeAssignment, on_delete=models.CASCADE, null=True, related_name="override"
    )
    before = models.JSONField()
    after = models.JSONField()
    reason = models.TextField(help_text="The student reads it.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "practice_overrides"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=OverrideKind.LEVEL, goal_id__isnull=True)
                | models.Q(kind=OverrideKind.GOAL, goal_id__isnull=False, withdrawn__isnull=True),
                name="practice_overrides_kind_fits",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=OverrideKind.GOAL) | models.Q(further_skills=[]),
                name="practice_overrides_levels_of_one_skill",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="practice_overrides_have_reason"),
        ]
        indexes = [
            models.Index(fields=["student", "-made_at", "-id"], name="idx_practice_overrides_student"),
        ]

    def __str__(self) -> str:
        return f"{OverrideKind(self.kind).label} in {self.skill_id} for {self.student_id}"
