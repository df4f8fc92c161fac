"""What students have gone through with their tutors."""

from django.conf import settings
from django.db import models

from microcred.db import Model


class TaughtSkill(Model):
    """That a skill was worked on in a session with a tutor, named by ``reference``, which ended at ``held_at``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="taught_skills")
    skill = models.ForeignKey("catalog.Skill", on_delete=models.PROTECT, related_name="taught")
    reference = models.CharField(max_length=64)
    held_at = models.DateTimeField()

    class Meta:
        db_table = "practice_taught_skills"
        ordering = ["-held_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["reference", "skill"], name="practice_taught_skills_once"),
            models.CheckConstraint(condition=~models.Q(reference=""), name="practice_taught_skills_referred"),
        ]
        indexes = [models.Index(fields=["user", "skill", "-held_at"], name="idx_practice_taught")]

    def __str__(self) -> str:
        return f"{self.skill_id} taught to {self.user_id}"
