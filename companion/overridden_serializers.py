"""What was overridden, of every kind, on the wire."""

from typing import Any, Final

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from companion.enums import OverrideKind
from companion.override_sources import Facts
from companion.overrides import Override
from microcred.api.discriminated import DiscriminatorField
from practice.override_serializers import GoalStanding, LevelStanding
from recommendations.enums import OverrideAction
from scoring.enums import ChangeKind
from scoring.oversight.serializers import ChangeView, StandingView
from tutoring.enums import CORRECTIONS


class OverriddenSkill(serializers.Serializer[Any]):
    """A skill."""

    key = serializers.CharField()
    name = serializers.CharField()


class SummaryStood(serializers.Serializer[Any]):
    """Which version of a summary counted."""

    version = serializers.IntegerField()


class SummaryStands(SummaryStood):
    """Which version of a summary counts since, and what was done."""

    change = serializers.ChoiceField(choices=CORRECTIONS)


class ScoreStands(StandingView):
    """What a score is since."""

    criterion = serializers.CharField(allow_blank=True, help_text="Its name; empty for the question.")


class ListStood(serializers.Serializer[Any]):
    """Which list was in effect."""

    recommendation_id = serializers.UUIDField()


class ListStands(serializers.Serializer[Any]):
    """What was done to a list; to no credential where all was taken back."""

    action = serializers.ChoiceField(choices=OverrideAction.choices)
    credential_id = serializers.UUIDField(allow_null=True)
    credential = serializers.CharField(allow_null=True, help_text="Its title.")


class ReferenceField(serializers.UUIDField):
    """The id of what an override changed; null where it is of another kind."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="facts", read_only=True, **{"allow_null": True, **kwargs})

    def to_representation(self, value: Any) -> Any:
        """Return it."""
        facts: Facts = value
        found = facts.ids.get(str(self.field_name))
        return None if found is None else str(found)


class Overridden(serializers.Serializer[Any]):
    """What a person set in place of what the system had come to, with the reason."""

    override_id = serializers.UUIDField()
    student_id = serializers.UUIDField(source="student.pk")
    student = serializers.CharField(help_text="Their name.")
    advisor_id = serializers.UUIDField(source="advisor.pk")
    advisor = serializers.CharField(help_text="The name of who did it.")
    skills = OverriddenSkill(many=True)
    difficulty = serializers.IntegerField(allow_null=True, help_text="1 to 10; null where there is none.")
    assessment_id = ReferenceField()
    question_id = ReferenceField()
    goal_id = ReferenceField()
    summary_id = ReferenceField()
    recommendation_id = ReferenceField()
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


class PracticeOverridden(Overridden):
    """The difficulty at which a student practises a skill since."""

    kind = DiscriminatorField(OverrideKind.PRACTICE)
    difficulty = serializers.IntegerField(help_text="1 to 10: the one that was set.")
    before = LevelStanding(source="facts.before")
    after = LevelStanding(source="facts.after")


class GoalOverridden(Overridden):
    """What was changed of a student's goal; ``before`` and ``after`` have that alone."""

    kind = DiscriminatorField(OverrideKind.GOAL)
    difficulty = serializers.IntegerField(allow_null=True, help_text="1 to 10: the one that was set, if any.")
    goal_id = ReferenceField(allow_null=False)
    before = GoalStanding(source="facts.before")
    after = GoalStanding(source="facts.after")


class SummaryOverridden(Overridden):
    """What was done to the summary of a session."""

    kind = DiscriminatorField(OverrideKind.SUMMARY)
    summary_id = ReferenceField(allow_null=False)
    before = SummaryStood(source="facts.before")
    after = SummaryStands(source="facts.after")


class ScoreOverridden(Overridden):
    """A person's score."""

    kind = DiscriminatorField(OverrideKind.SCORE)
    difficulty = serializers.IntegerField(
        allow_null=True,
        help_text="1 to 10: that of the question as it was asked, from 1 to 5, counted double.",
    )
    assessment_id = ReferenceField(allow_null=False)
    question_id = ReferenceField(allow_null=False)
    before = StandingView(source="facts.before")
    after = ScoreStands(source="facts.after")


class ListOverridden(Overridden):
    """What was done to a list of recommendations."""

    kind = DiscriminatorField(OverrideKind.RECOMMENDATION)
    assessment_id = ReferenceField(allow_null=False)
    recommendation_id = ReferenceField(allow_null=False, help_text="The list that was in effect since.")
    before = ListStood(source="facts.before")
    after = ListStands(source="facts.after")


class ScoreChanged(ChangeView):
    """A score that a person replaced; what is answered where the body named no kind."""

    kind = DiscriminatorField(ChangeKind.OVERRIDE)


_TOLD: Final[dict[OverrideKind, type[Overridden]]] = {
    OverrideKind.PRACTICE: PracticeOverridden,
    OverrideKind.GOAL: GoalOverridden,
    OverrideKind.SUMMARY: SummaryOverridden,
    OverrideKind.SCORE: ScoreOverridden,
    OverrideKind.RECOMMENDATION: ListOverridden,
}
ANY_OVERRIDE: Final = PolymorphicProxySerializer(
    component_name="AnyOverride",
    serializers={kind.value: shape for kind, shape in _TOLD.items()},
    resource_type_field_name="kind",
)
MADE: Final = PolymorphicProxySerializer(
    component_name="OverrideMade",
    serializers=[*_TOLD.values(), ScoreChanged],
    resource_type_field_name=None,
)


def told(override: Override) -> Any:
    """Return an override as the shape of its kind has it."""
    return _TOLD[override.kind](override).data


@extend_schema_field(ANY_OVERRIDE)
class _OverrideField(serializers.Field[Any, Any, Any, Any]):
    """An override of any kind."""


class OverridePage(serializers.Serializer[Any]):
    """One page of overrides of every kind, the latest first."""

    items = serializers.ListField(child=_OverrideField())
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
