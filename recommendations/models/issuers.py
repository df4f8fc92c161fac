"""Whose badges are taken as proof, by which keys, and of which credentials."""

from typing import Final

from django.db import models

from microcred.db import Model

LONGEST_ID: Final = 500


class BadgeIssuer(Model):
    """Somebody whose badges count; listed by administrators, switched off rather than deleted.

    ``identifier`` is the id that stands in the issuer's badges, an address or a DID, letter by letter. An issuer that
    vouches ``by_address`` proves a credential of the catalog too if the achievement of the badge has its address.
    """

    name = models.CharField(max_length=200)
    identifier = models.CharField(
        "id or DID",
        max_length=LONGEST_ID,
        unique=True,
        help_text="As it stands in the issuer’s badges, letter by letter.",
    )
    by_address = models.BooleanField(
        "vouches by address",
        default=True,
        help_text="Its badges also prove a credential whose address in the catalog is that of the achievement.",
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "badge_issuers"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class BadgeIssuerKey(Model):
    """A public key of an issuer, which signs what was issued from ``valid_from`` to ``valid_until``.

    One that leaked is switched off, since its finder writes any date; one that was replaced only ends.
    """

    issuer = models.ForeignKey(BadgeIssuer, on_delete=models.CASCADE, related_name="keys")
    algorithm = models.CharField(max_length=8)
    pem = models.TextField()
    fingerprint = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "badge_issuer_keys"
        ordering = ["issuer", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "fingerprint"], name="badge_issuer_keys_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="badge_issuer_keys_end_after_begin",
                violation_error_message="A key ends after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.fingerprint[:16]}…"


class BadgeAchievement(Model):
    """That an issuer's achievement, by the id in its badges, is a credential of the catalog."""

    issuer = models.ForeignKey(BadgeIssuer, on_delete=models.CASCADE, related_name="achievements")
    achievement = models.CharField("achievement id", max_length=LONGEST_ID)
    credential = models.ForeignKey(
        "catalog.Credential", on_delete=models.PROTECT, related_name="badge_achievements"
    )

    class Meta:
        db_table = "badge_achievements"
        ordering = ["issuer", "achievement"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "achievement"], name="badge_achievements_once")
        ]

    def __str__(self) -> str:
        return self.achievement
