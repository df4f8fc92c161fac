"""Overrides and appeals on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.enums import Role
from assessments.enums import AssessmentStatus, Stage
from microcred.api.pagination import PageQuery
from scoring.enums import AppealOutcome, AppealStatus, ChangeKind
from scoring.models import Appeal, AppealMessage, ScoreChange
from scoring.oversight.appeals import LONGEST_MESSAGE
from scoring.oversight.changes import LONGEST_REASON
from scoring.oversight.notices import CONTEST


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
        max_length=200, required=False, allow_blank=True, default="", help_text="Its name or its key."
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


class NoticeView(serializers.Serializer[Any]):
    """Something that a student is told about a score: what was decided, on what occasion, and why."""

    notice_id = serializers.UUIDField()
    question_id = serializers.UUIDField(allow_null=True, help_text="Null where a skill is meant.")
    criterion = serializers.CharField(
        allow_null=True, help_text="Its name, or the names of several; null for the whole question."
    )
    skill = serializers.CharField(
        allow_null=True, help_text="Its name, where a level was contested; its score is the level, out of 5."
    )
    kind = serializers.CharField(help_text=f"{', '.join(ChangeKind.values)} or {CONTEST}.")
    message = serializers.CharField()
    reason = serializers.CharField()
    before = StandingView()
    after = StandingView()
    changed_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True, help_text="Null until the student has seen it.")


class OwnNoticeView(NoticeView):
    """A notice in the list over all of a student's assessments."""

    assessment_id = serializers.UUIDField()
    role_name = serializers.CharField(source="role")


class NoticeQuery(PageQuery):
    """Query parameters of the list of notices."""

    unseen = serializers.BooleanField(required=False, default=False, help_text="Only those not seen yet.")
    assessment_id = serializers.UUIDField(required=False)


class NoticeList(serializers.Serializer[Any]):
    """A page of notices, newest first, and how many in all the student has not seen."""

    items = OwnNoticeView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
    unseen = serializers.IntegerField()


class SeenRequest(serializers.Serializer[Any]):
    """Which notices the student has seen."""

    notice_ids = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=1000)


class SeenView(serializers.Serializer[Any]):
    """How many notices the student has not seen yet."""

    unseen = serializers.IntegerField()


class ReleasedView(serializers.Serializer[Any]):
    """A result that its student may see from now on, or could already."""

    assessment_id = serializers.UUIDField(source="pk")
    status = serializers.ChoiceField(choices=AssessmentStatus.choices)
    stage = serializers.ChoiceField(choices=Stage.choices)
    released_at = serializers.DateTimeField()


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
