"""What people did to lists of recommendations."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from microcred.db import Model
from recommendations.enums import OverrideAction
from recommendations.models.runs import Recommendation

SHORTEST_REASON: Final = 10
LONGEST_REASON: Final = 1_000


class RecommendationOverride(Model):
    """That a person put a credential of the list in effect first, took one off or added one, or took such acts back.

    ``overridden`` is the list that was in effect, ``recommendation`` the one that is since: a new run of the person's,
    or where acts are taken back the newest that was worked out. Rows are never changed.
    """

    overridden = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="overrides")
    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="made_by")
    action = models.CharField(max_length=16, choices=OverrideAction.choices)
    credential = models.ForeignKey(
        "catalog.Credential", on_delete=models.PROTECT, null=True, related_name="recommendation_overrides"
    )
    reason = models.TextField(
        help_text="The student reads it, but for that of taking back, which is for the record."
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "recommendation_overrides"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action=OverrideAction.TAKE_BACK, credential__isnull=True)
                | models.Q(
                    action__in=[OverrideAction.FIRST, OverrideAction.REMOVE, OverrideAction.ADD],
                    credential__isnull=False,
                ),
                name="recommendation_overrides_action_fits",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("reason"), SHORTEST_REASON)
                & LessThanOrEqual(Length("reason"), LONGEST_REASON),
                name="recommendation_overrides_reason_length",
            ),
            models.CheckConstraint(
                condition=~models.Q(recommendation=models.F("overridden")),
                name="recommendation_overrides_another_list",
            ),
            models.UniqueConstraint(
                fields=["recommendation"],
                condition=~models.Q(action=OverrideAction.TAKE_BACK),
                name="recommendation_overrides_one_a_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{OverrideAction(self.action).label} on {self.made_at:%d %b %Y, %H:%M}"
