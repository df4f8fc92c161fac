"""What students say that they hold."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from microcred.db import Model
from recommendations.enums import ClaimDecision, ClaimState, NotProven
from recommendations.models.issuers import LONGEST_ID, BadgeIssuer

LONGEST_NOTE: Final = 500
# What counts as known, as a badge proves it or staff has confirmed it.
KNOWN: Final = models.Q(decision=ClaimDecision.CONFIRMED) | models.Q(decision="", proven_at__isnull=False)
REFUSED: Final = models.Q(decision=ClaimDecision.REFUSED)


class CredentialClaim(Model):
    """A student's word that they hold a credential; one for each, which they take back unless staff decided about it.

    ``proven_at`` is when a badge proved it, by a key of ``issuer``; ``not_proven`` why a badge that came with it did
    not. Of the badge only what is named here is kept; its digest is one for all copies of it, and proves once. What
    staff decided goes before a proof; ``decision_seen_at`` is when the student had it before their eyes. The learner's
    own record (`LearnerCredential`) follows what is known of it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="credential_claims"
    )
    credential = models.ForeignKey(
        "catalog.Credential", on_delete=models.PROTECT, related_name="credential_claims"
    )
    obtained_on = models.DateField(null=True)
    note = models.TextField(blank=True)
    said_at = models.DateTimeField()
    badge_digest = models.CharField(max_length=64, blank=True)
    badge_issuer = models.CharField(max_length=LONGEST_ID, blank=True)
    badge_issuer_name = models.CharField(max_length=200, blank=True)
    badge_achievement = models.CharField(max_length=LONGEST_ID, blank=True)
    badge_achievement_name = models.CharField(max_length=200, blank=True)
    badge_issued_at = models.DateTimeField(null=True)
    badge_expires_at = models.DateTimeField(null=True)
    revocation_unchecked = models.BooleanField(default=False)
    not_proven = models.CharField(max_length=24, choices=NotProven.choices, blank=True)
    proven_at = models.DateTimeField(null=True)
    issuer = models.ForeignKey(BadgeIssuer, on_delete=models.PROTECT, null=True, related_name="claims")
    decision = models.CharField(
        max_length=16, choices=[one for one in ClaimDecision.choices if one[0] != "take_back"], blank=True
    )
    reason = models.TextField(blank=True, help_text="Of whoever decided; the student reads it.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "credential_claims"
        ordering = ["-said_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "credential"], name="credential_claims_once"),
            models.UniqueConstraint(
                fields=["badge_digest"],
                condition=models.Q(proven_at__isnull=False),
                name="credential_claims_badge_proves_once",
            ),
            models.CheckConstraint(
                condition=models.Q(proven_at__isnull=True)
                | models.Q(issuer__isnull=False, not_proven="") & ~models.Q(badge_digest=""),
                name="credential_claims_proof_has_issuer",
            ),
            models.CheckConstraint(
                condition=models.Q(not_proven__in=["", *NotProven.values]),
                name="credential_claims_not_proven_known",
            ),
            models.CheckConstraint(
                condition=models.Q(decision="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(
                    decision__in=[ClaimDecision.CONFIRMED, ClaimDecision.REFUSED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~models.Q(reason=""),
                name="credential_claims_decision_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(decision_seen_at__isnull=True) | models.Q(decided_at__isnull=False),
                name="credential_claims_seen_was_decided",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), LONGEST_NOTE), name="credential_claims_note_length"
            ),
        ]
        indexes = [models.Index(fields=["credential"], name="idx_credential_claims_cred")]

    def __str__(self) -> str:
        return f"{self.state.label}, said on {self.said_at:%d %b %Y}"

    @property
    def state(self) -> ClaimState:
        """What there is to it."""
        if self.decision:
            return ClaimState(self.decision)
        return ClaimState.PROVEN if self.proven_at else ClaimState.OWN_WORD

    @property
    def is_known(self) -> bool:
        """Whether it counts as known, not only as said."""
        return self.state in (ClaimState.PROVEN, ClaimState.CONFIRMED)
