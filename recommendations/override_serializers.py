"""What people do to lists of recommendations, on the wire."""

from typing import Any

from rest_framework import serializers

from recommendations.enums import OverrideAction
from recommendations.models import LONGEST_REASON, SHORTEST_REASON, RecommendationOverride


class RecommendationOverrideRequest(serializers.Serializer[Any]):
    """What is to be done to the list in effect, and why."""

    action = serializers.ChoiceField(
        choices=OverrideAction.choices,
        help_text="first and remove: a credential of the list; add: another active one of the catalog; take_back: all "
        "that was done, so that the newest list that was worked out is in effect again.",
    )
    credential_id = serializers.UUIDField(required=False, help_text="Of all but take_back.")
    reason = serializers.CharField(
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text="The student reads it, but for that of take_back, which is for the record.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be done; all that is done to a credential names it."""
        if (attrs["action"] == OverrideAction.TAKE_BACK) == ("credential_id" in attrs):
            said = "All but take_back name a credential, and take_back names none."
            raise serializers.ValidationError({"credential_id": [said]})
        return attrs


class ItemOverrideView(serializers.ModelSerializer[RecommendationOverride]):
    """What a person did last about a credential on the list, and why."""

    action = serializers.CharField(help_text="first or add.")

    class Meta:
        model = RecommendationOverride
        fields = ["action", "reason", "made_at"]


class ListOverrideView(serializers.ModelSerializer[RecommendationOverride]):
    """Something that a person did to the list, and why; who it was is not said."""

    override_id = serializers.UUIDField(source="id")
    action = serializers.CharField(help_text="first, remove or add.")
    credential_id = serializers.UUIDField()
    title = serializers.CharField(source="credential.title")

    class Meta:
        model = RecommendationOverride
        fields = ["override_id", "action", "credential_id", "title", "reason", "made_at"]
