"""What advisors set in practice, on the wire."""

from typing import Any, Final

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from microcred.api.discriminated import DiscriminatorField
from microcred.api.pagination import GroupPageQuery, PageQuery
from practice.enums import SETTABLE_STATUSES, GoalStatus, OverrideKind
from practice.models import PracticeOverride
from practice.queries import Grouping, skills_of_override
from practice.serializers import DUE_ON, LONGEST_KEY, Points, Share, SkillName
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
    due_on = serializers.DateField(required=False, allow_null=True, help_text=DUE_ON)
    status = serializers.ChoiceField(choices=SETTABLE_STATUSES, required=False)
    reason = Reason()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return what is to be different; nothing is no override."""
        if not {"target_difficulty", "due_on", "status"} & set(attrs):
            raise serializers.ValidationError("Name target_difficulty, due_on or status.")
        return attrs


class LevelStanding(serializers.Serializer[Any]):
    """A level in a skill."""

    rating = Points(help_text="Elo points, 400 to 2000.")
    deviation = Points(help_text="How far the rating may be off.")
    difficulty = serializers.IntegerField(help_text="What the rating stands for, 1 to 10.")


class GoalStanding(serializers.Serializer[Any]):
    """What was changed of a goal, and nothing else of it."""

    target_difficulty = serializers.IntegerField(required=False, help_text="1 to 10.")
    due_on = serializers.DateField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=GoalStatus.choices, required=False)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return what was changed; a day that is none is told only where it was."""
        return {
            name: value for name, value in super().to_representation(instance).items() if name in instance
        }


class OverrideView(serializers.ModelSerializer[PracticeOverride]):
    """What was set in place of what practice had come to."""

    override_id = serializers.UUIDField(source="pk")
    student_id = serializers.UUIDField()
    skill = SkillName(help_text="Of a goal, the first of its skills.")
    skills = serializers.SerializerMethodField()
    goal_id = serializers.UUIDField(allow_null=True, help_text="Null of a level.")
    withdrawn_assignment_id = serializers.UUIDField(
        source="withdrawn_id", allow_null=True, help_text="The assignment that was taken back with a level."
    )

    class Meta:
        model = PracticeOverride
        fields = [
            "override_id", "student_id", "skill", "skills", "goal_id", "withdrawn_assignment_id", "reason", "made_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(SkillName(many=True))
    def get_skills(self, row: PracticeOverride) -> Any:
        """Return every skill that it is about."""
        return SkillName(skills_of_override(row), many=True).data


class LevelOverrideView(OverrideView):
    """A level that was set."""

    kind = DiscriminatorField(OverrideKind.LEVEL)
    before = LevelStanding()
    after = LevelStanding()

    class Meta(OverrideView.Meta):
        fields = [*OverrideView.Meta.fields, "kind", "before", "after"]
        read_only_fields = fields


class GoalOverrideView(OverrideView):
    """What was changed of a goal."""

    kind = DiscriminatorField(OverrideKind.GOAL)
    goal_id = serializers.UUIDField(help_text="The goal that was changed, also where it is gone.")
    before = GoalStanding()
    after = GoalStanding()

    class Meta(OverrideView.Meta):
        fields = [*OverrideView.Meta.fields, "kind", "before", "after"]
        read_only_fields = fields


_TOLD: Final[dict[OverrideKind, type[OverrideView]]] = {
    OverrideKind.LEVEL: LevelOverrideView,
    OverrideKind.GOAL: GoalOverrideView,
}


def told(row: PracticeOverride) -> Any:
    """Return what was set as the shape of its kind has it."""
    return _TOLD[OverrideKind(row.kind)](row).data


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="AnyPracticeOverride",
        serializers={kind.value: shape for kind, shape in _TOLD.items()},
        resource_type_field_name="kind",
    )
)
class _OverrideField(serializers.Field[Any, Any, Any, Any]):
    """A level or a goal."""


class OverrideQuery(PageQuery):
    """Query parameters of a list of overrides."""

    student_id = serializers.UUIDField(required=False)
    skill = serializers.SlugField(required=False, max_length=LONGEST_KEY)


class OverrideList(serializers.Serializer[Any]):
    """One page of overrides, the latest first."""

    items = serializers.ListField(child=_OverrideField())
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class FiguresQuery(GroupPageQuery):
    """Query parameters of a page of figures."""

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
    """One page of groups, the largest first."""

    items = FiguresView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
