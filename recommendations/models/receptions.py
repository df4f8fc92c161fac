"""What was said of credentials, added up."""

from django.db import models

from microcred.db import Model


class CredentialReception(Model):
    """How often a credential was accepted and rejected where it was recommended for a role.

    Kept beside the feedback so that a run reads one row for each credential and role instead of all feedback. Written
    in the transaction of each feedback, by the difference that it makes; a schedule counts everything anew. Voices
    about a whole list count in shares of four places.
    """

    credential = models.ForeignKey("catalog.Credential", on_delete=models.CASCADE, related_name="receptions")
    role = models.ForeignKey("catalog.JobRole", on_delete=models.CASCADE, related_name="receptions")
    accepted = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    rejected = models.DecimalField(max_digits=14, decimal_places=4, default=0)

    class Meta:
        db_table = "credential_receptions"
        ordering = ["credential", "role"]
        constraints = [
            models.UniqueConstraint(fields=["credential", "role"], name="credential_receptions_once"),
            models.CheckConstraint(
                condition=models.Q(accepted__gte=0, rejected__gte=0),
                name="credential_receptions_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.accepted:.1f} accepted to {self.rejected:.1f} rejected"
