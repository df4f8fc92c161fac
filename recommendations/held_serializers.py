"""What students hold, on the wire."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recommendations.badges.parsing import MOST_CHARACTERS
from recommendations.enums import (
    ClaimState,
    LearnerCredentialSource,
    LearnerCredentialStatus,
    NotProven,
)
from recommendations.models.claims import LONGEST_NOTE
from recommendations.queries import Held

OWN_WORD = "own_word"


class HeldRequest(serializers.Serializer[Any]):
    """A student's word that they hold a credential, or a badge that proves it."""

    credential_id = serializers.UUIDField(
        required=False, help_text="May be left out with a badge from whose issuer it is known what it is for."
    )
    badge = serializers.CharField(
        max_length=MOST_CHARACTERS,
        required=False,
        help_text="An Open Badge of version 3.0: a VC-JWT, the JSON as text, an SVG as it stands, or a PNG or SVG in "
        "base64.",
    )
    obtained_on = serializers.DateField(
        required=False, allow_null=True, help_text="Without it, of a badge the day on which it was issued."
    )
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a body that names neither."""
        if "credential_id" not in attrs and "badge" not in attrs:
            raise serializers.ValidationError({"credential_id": ["Name a credential, or bring a badge."]})
        return attrs


class SeenDecision(serializers.Serializer[Any]):
    """What was decided about a student's word, as they saw it."""

    decided_at = serializers.DateTimeField(help_text="That of the decision.")


class BadgeView(serializers.Serializer[Any]):
    """What is kept of a badge."""

    issuer = serializers.CharField(source="badge_issuer")
    issuer_name = serializers.CharField(source="badge_issuer_name", help_text="As the badge says.")
    achievement = serializers.CharField(source="badge_achievement")
    achievement_name = serializers.CharField(source="badge_achievement_name")
    issued_at = serializers.DateTimeField(source="badge_issued_at")
    expires_at = serializers.DateTimeField(source="badge_expires_at", allow_null=True)
    proven_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was checked; null where it proves nothing."
    )
    not_proven = serializers.CharField(help_text=f"{' or '.join(NotProven.values)}; empty where it proves.")
    unchecked = serializers.SerializerMethodField(
        help_text="What could not be checked without the network: revocation, or nothing."
    )

    def get_unchecked(self, claim: Any) -> list[str]:
        """Return what of the badge was not looked at."""
        return ["revocation"] if claim.revocation_unchecked else []


class OwnWordView(serializers.Serializer[Any]):
    """A student's word about a credential, and what there is to it."""

    state = serializers.CharField(help_text=" or ".join(ClaimState.values))
    obtained_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    said_at = serializers.DateTimeField()
    badge = serializers.SerializerMethodField(help_text="Null where none was brought.")
    decided_because = serializers.CharField(
        source="reason", help_text="The reason of whoever confirmed or refused it; empty before."
    )
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_seen_at = serializers.DateTimeField(
        allow_null=True, help_text="When you had seen what was decided; null until then."
    )

    @extend_schema_field(BadgeView(allow_null=True))
    def get_badge(self, claim: Any) -> dict[str, Any] | None:
        """Return what is kept of the badge."""
        return dict(BadgeView(claim).data) if claim.badge_digest else None


class HeldView(serializers.Serializer[Any]):
    """One credential that a student holds, has taken up, or says that they hold."""

    credential_id = serializers.UUIDField(source="credential.pk")
    title = serializers.CharField(source="credential.title")
    provider = serializers.CharField(source="credential.provider")
    status = serializers.CharField(help_text=" or ".join(LearnerCredentialStatus.values))
    source = serializers.SerializerMethodField(  # type: ignore[assignment]  # a field of this name, not its source
        help_text=f"How it is known: {' or '.join((*LearnerCredentialSource.values, OWN_WORD))}."
    )
    recommended_again = serializers.SerializerMethodField(
        help_text="Whether lists that are made from now on may name it."
    )
    own_word = OwnWordView(source="claim", allow_null=True)

    def get_source(self, held: Held) -> str:
        """Return how it is known."""
        return str(held.known.source) if held.known else OWN_WORD

    def get_recommended_again(self, held: Held) -> bool:
        """Return whether it may be recommended."""
        return not held.is_kept_from_lists


class HeldList(serializers.Serializer[Any]):
    """A page of what a student holds."""

    items = HeldView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


def held_page(held: Sequence[Held], *, page: int, page_size: int) -> dict[str, Any]:
    """Return one page; one past the end is empty."""
    start = (page - 1) * page_size
    shown = HeldView(held[start : start + page_size], many=True).data
    return {"items": shown, "page": page, "page_size": page_size, "total": len(held)}
