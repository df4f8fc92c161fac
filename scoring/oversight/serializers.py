"""Overrides and appeals on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.enums import Role
from scoring.enums import AppealOutcome, AppealStatus, ChangeKind
from scoring.models import Appeal, AppealMessage, ScoreChange
from scoring.oversight.appeals import LONGEST_MESSAGE
from scoring.oversight.changes import LONGEST_REASON


class StandingView(serializers.Serializer[Any]):
    """What a score was or is: the level of the criterion, where one is meant, and the question's points."""

    level = serializers.CharField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField()


class OverrideRequest(serializers.Serializer[Any]):
    """A person's score: for an essay a criterion and a level, for a closed question a score."""

    assessment_id = serializers.UUIDField()
    question_id = serializers.UUIDField()
    criterion = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Its key."
    )
    level = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default="", help_text="Its id or its name."
    )
    score = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=0, required=False, default=None
    )
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="The student reads it.")


class ChangeView(serializers.ModelSerializer[ScoreChange]):
    """A score that was changed."""

    change_id = serializers.UUIDField(source="id")
    assessment_id = serializers.UUIDField()
    question_id = serializers.UUIDField(source="question_snapshot.question_id")
    criterion = serializers.CharField(source="criterion_name")
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    before = StandingView()
    after = StandingView()
    changed_at = serializers.DateTimeField(source="made_at")

    class Meta:
        model = ScoreChange
        fields = [
            "change_id", "assessment_id", "question_id", "criterion", "kind", "reason", "before", "after",
            "changed_at",
        ]  # fmt: skip


class AppealRequest(serializers.Serializer[Any]):
    """Why a student thinks that a criterion, or a closed question, was scored wrongly."""

    question_id = serializers.UUIDField()
    criterion = serializers.CharField(
        max_length=120,
        required=False,
        allow_blank=True,
        default="",
        help_text="The criterion's name; for essays.",
    )
    statement = serializers.CharField(max_length=LONGEST_MESSAGE)


class DecisionView(serializers.Serializer[Any]):
    """How an appeal ended. ``kept``: less was found than was given, and an appeal may not lower a score."""

    outcome = serializers.ChoiceField(choices=AppealOutcome.choices)
    reason = serializers.CharField()
    before = StandingView()
    after = StandingView()
    decided_at = serializers.DateTimeField()


class AppealView(serializers.ModelSerializer[Appeal]):
    """An appeal and how it ended, if it has."""

    appeal_id = serializers.UUIDField(source="id")
    assessment_id = serializers.UUIDField()
    question_id = serializers.UUIDField(source="question_snapshot.question_id")
    criterion = serializers.CharField(source="criterion_name")
    status = serializers.ChoiceField(choices=AppealStatus.choices)
    decision = DecisionView(allow_null=True, default=None)

    class Meta:
        model = Appeal
        fields = [
            "appeal_id", "assessment_id", "question_id", "criterion", "status", "submitted_at", "decision",
        ]  # fmt: skip


class AppealList(serializers.Serializer[Any]):
    """A page of appeals, newest first."""

    items = AppealView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class MessageRequest(serializers.Serializer[Any]):
    """Something to add to the thread of an appeal."""

    text = serializers.CharField(max_length=LONGEST_MESSAGE)


class MessageView(serializers.ModelSerializer[AppealMessage]):
    """A word in the thread, with the role of who said it; students do not read the names of staff."""

    message_id = serializers.UUIDField(source="id")
    author_role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = AppealMessage
        fields = ["message_id", "author_role", "text", "sent_at"]


class MessageList(serializers.Serializer[Any]):
    """The thread of an appeal from its beginning."""

    items = MessageView(many=True)
