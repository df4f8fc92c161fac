"""Feedback on the wire."""

from typing import Any

from rest_framework import serializers

from recommendations.enums import Acceptance
from recommendations.models import RecommendationFeedback
from recommendations.services import LONGEST_COMMENT


class FeedbackRequest(serializers.Serializer[Any]):
    """What somebody makes of a recommendation."""

    relevance_score = serializers.IntegerField(min_value=1, max_value=5)
    acceptance_status = serializers.ChoiceField(choices=Acceptance.choices, default=Acceptance.PENDING)
    comments = serializers.CharField(max_length=LONGEST_COMMENT, allow_blank=True, default="")
    credential_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The recommended credential meant; without it the whole list.",
    )
    submitted_by_role = serializers.CharField(
        max_length=16, required=False, help_text="If given, it must be the role of the token."
    )


class FeedbackView(serializers.ModelSerializer[RecommendationFeedback]):
    """Feedback as it was recorded."""

    feedback_id = serializers.UUIDField(source="id")
    recommendation_id = serializers.UUIDField()
    withdrawn = serializers.BooleanField(help_text="True for a row that takes back what was said before.")
    credential_id = serializers.UUIDField(source="item.credential_id", default=None, allow_null=True)

    class Meta:
        model = RecommendationFeedback
        fields = [
            "feedback_id", "recommendation_id", "credential_id", "relevance_score", "acceptance_status", "comments",
            "withdrawn", "submitted_by_role", "submitted_at",
        ]  # fmt: skip


class FeedbackAbout(serializers.Serializer[Any]):
    """What feedback is about."""

    credential_id = serializers.UUIDField(
        required=False, help_text="The recommended credential meant; without it the whole list."
    )


class FeedbackList(serializers.Serializer[Any]):
    """What the caller has said about one recommendation, the newest first."""

    recommendation_id = serializers.UUIDField()
    items = FeedbackView(many=True)
