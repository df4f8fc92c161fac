"""What advisors set in practice, on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from microcred.api.pagination import PageQuery
from practice.enums import SETTABLE_STATUSES, GoalStatus
from practice.models import PracticeOverride
from practice.queries import Grouping
from practice.serializers import LONGEST_KEY, Points, Share, SkillName
from scoring.oversight import LONGEST_REASON


class Reason(serializers.CharField):
    """Why; the student reads it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_REASON, help_text="The student reads it.", **kwargs)


class NewLevel(serializers.Serializer[Any]):
    """A difficulty at which a student is to practise a skill from now on."""

    student_id = serializers.UUIDField()
    skill = serializers.SlugField(max_length=LONGEST_KEY)
    difficulty = serializers.IntegerField(min_value=1, max_value=10)
    reason = Reason()


class GoalOverride(serializers.Serializer[Any]):
    """What is to be different about a student's goal; what is left out stays."""

    target_difficulty = serializers.IntegerField(min_value=1, max_value=10, required=False)
    due_on = serializers.DateField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=SETTABLE_STATUSES, required=False)
    reason = Reason()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be different; nothing is no override."""
        if not {"target_difficulty", "due_on", "status"} & set(attrs):
            raise serializers.ValidationError("Name target_difficulty, due_on or status.")
        return attrs


class OverrideStanding(serializers.Serializer[Any]):
    """A level in Elo points, or of a goal what was changed."""

    rating = Points(required=False, help_text="Elo points, 400 to 2000.")
    deviation = Points(required=False, help_text="How far the rating may be off.")
    difficulty = serializers.IntegerField(required=False, help_text="What the rating stands for, 1 to 10.")
    target_difficulty = serializers.IntegerField(required=False, help_text="1 to 10.")
    due_on = serializers.DateField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=GoalStatus.choices, required=False)


@extend_schema_field(OverrideStanding)
class Standing(serializers.JSONField):
    """What was recorded, as it was."""


class OverrideView(serializers.ModelSerializer[PracticeOverride]):
    """What was set in place of what practice had come to."""

    override_id = serializers.UUIDField(source="pk")
    student_id = serializers.UUIDField()
    skill = SkillName()
    goal_id = serializers.UUIDField(
        allow_null=True, help_text="The goal that was changed, also where it is gone."
    )
    withdrawn_assignment_id = serializers.UUIDField(
        source="withdrawn_id", allow_null=True, help_text="The assignment that was taken back with the level."
    )
    before = Standing()
    after = Standing()

    class Meta:
        model = PracticeOverride
        fields = [
            "override_id", "kind", "student_id", "skill", "goal_id", "withdrawn_assignment_id", "before", "after",
            "reason", "made_at",
        ]  # fmt: skip
        read_only_fields = fields


class OverrideQuery(PageQuery):
    """Query parameters of a list of overrides."""

    student_id = serializers.UUIDField(required=False)
    skill = serializers.SlugField(required=False, max_length=LONGEST_KEY)


class OverrideList(serializers.Serializer[Any]):
    """One page of overrides, the latest first."""

    items = OverrideView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class FiguresQuery(serializers.Serializer[Any]):
    """Query parameters of figures."""

    by = serializers.ChoiceField(choices=[str(group) for group in Grouping], default=str(Grouping.SKILL))


class FiguresView(serializers.Serializer[Any]):
    """What came of the levels set in one group."""

    key = serializers.CharField(help_text="The skill's key, the difficulty, or a person's id.")
    name = serializers.CharField()
    overrides = serializers.IntegerField()
    moved = Points(help_text="By how many points ratings were moved, in the mean, with sign.")
    followed = serializers.IntegerField(
        help_text="Assignments that followed, of each level the first five at most."
    )
    surprise = Share(
        allow_null=True,
        help_text="By how much these went better than expected, in the mean; below 0 the levels were too high.",
    )


class FiguresList(serializers.Serializer[Any]):
    """All groups, the largest first."""

    items = FiguresView(many=True)
