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
        help_text="The recommended credential meant; without it the whole list, of which a student who accepts takes "
        "up the first that is still offered.",
    )
    submitted_by_role = serializers.CharField(
        max_length=16, required=False, help_text="If given, it must be the role of the token."
    )


class TakenFor(serializers.Serializer[Any]):
    """The credential that a student takes up, or lets go of, by a word about the whole list."""

    credential_id = serializers.UUIDField()
    title = serializers.CharField()


class FeedbackView(serializers.ModelSerializer[RecommendationFeedback]):
    """Feedback as it was recorded."""

    feedback_id = serializers.UUIDField(source="id")
    recommendation_id = serializers.UUIDField()
    withdrawn = serializers.BooleanField(help_text="True for a row that takes back what was said before.")
    credential_id = serializers.UUIDField(source="item.credential_id", default=None, allow_null=True)
    taken_for = TakenFor(
        allow_null=True,
        help_text="What a student's word about the list was taken for; null where it decides about no credential.",
    )

    class Meta:
        model = RecommendationFeedback
        fields = [
            "feedback_id", "recommendation_id", "credential_id", "taken_for", "relevance_score", "acceptance_status",
            "comments", "withdrawn", "submitted_by_role", "submitted_at",
        ]  # fmt: skip


class FeedbackAbout(serializers.Serializer[Any]):
    """What feedback is about."""

    credential_id = serializers.UUIDField(
        required=False,
        help_text="The recommended credential meant; without it the whole list, and also where the credential was only "
        "taken up with the list.",
    )


class FeedbackList(serializers.Serializer[Any]):
    """What the caller has said about one recommendation, the newest first."""

    recommendation_id = serializers.UUIDField()
    items = FeedbackView(many=True)
