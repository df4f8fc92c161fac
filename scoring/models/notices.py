"""What students have seen of the changes to their scores."""

from django.db import models

from microcred.db import Model


class SeenNotice(Model):
    """That a student has seen a changed score, how an appeal of theirs ended, or what became of a skill level that they
    contested; exactly one of the three."""

    change = models.OneToOneField(
        "scoring.ScoreChange", on_delete=models.CASCADE, null=True, related_name="seen"
    )
    decision = models.OneToOneField(
        "scoring.AppealDecision", on_delete=models.CASCADE, null=True, related_name="seen"
    )
    check_made = models.OneToOneField(
        "scoring.SkillCheck", on_delete=models.CASCADE, null=True, related_name="seen"
    )
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "seen_notices"
        ordering = ["-seen_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change__isnull=False, decision=None, check_made=None)
                | models.Q(change=None, decision__isnull=False, check_made=None)
                | models.Q(change=None, decision=None, check_made__isnull=False),
                name="seen_notices_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"Seen on {self.seen_at:%d %b %Y, %H:%M}"
