"""Overrides of every kind on the wire."""

from dataclasses import fields
from typing import Any, Final

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from companion.enums import OverrideGrouping, OverrideKind
from companion.override_sources import Facts
from companion.overrides import Narrowed
from microcred.api.pagination import PageQuery
from practice.enums import GoalStatus
from practice.override_serializers import GoalOverride, NewLevel
from recommendations.enums import OverrideAction
from recommendations.override_serializers import RecommendationOverrideRequest
from scoring.oversight.serializers import ChangeView, OverrideRequest
from tutoring.enums import VersionKind
from tutoring.override_serializers import SummaryOverride

LONGEST_KEY: Final = 64


class KindOfOverride(serializers.Serializer[Any]):
    """What is overridden; a body that does not say means a score."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices, required=False)


class PracticeOverrideRequest(KindOfOverride, NewLevel):
    """A difficulty at which a student is to practise a skill from now on."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices)


class GoalOverrideRequest(KindOfOverride, GoalOverride):
    """What is to be different about a student's goal; what is left out stays."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices)
    goal_id = serializers.UUIDField()


class SummaryOverrideRequest(KindOfOverride, SummaryOverride):
    """What a summary is to say instead, what is left out stays; or that it is withdrawn."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices)
    summary_id = serializers.UUIDField()


class ScoreOverrideRequest(KindOfOverride, OverrideRequest):
    """A person's score: for an essay a criterion and a level, for a closed question a score."""

    kind = serializers.ChoiceField(
        choices=OverrideKind.choices,
        required=False,
        help_text="A body without it means a score, and is answered with the change alone.",
    )


class ListOverrideRequest(KindOfOverride, RecommendationOverrideRequest):
    """What is to be done to the list in effect."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices)
    recommendation_id = serializers.UUIDField(help_text="The list that is in effect.")


BODIES: Final[dict[OverrideKind, type[serializers.Serializer[Any]]]] = {
    OverrideKind.PRACTICE: PracticeOverrideRequest,
    OverrideKind.GOAL: GoalOverrideRequest,
    OverrideKind.SUMMARY: SummaryOverrideRequest,
    OverrideKind.SCORE: ScoreOverrideRequest,
    OverrideKind.RECOMMENDATION: ListOverrideRequest,
}
ANY_BODY: Final = PolymorphicProxySerializer(
    component_name="AnyOverrideRequest",
    serializers={kind.value: body for kind, body in BODIES.items()},
    resource_type_field_name="kind",
)


class OverriddenSkill(serializers.Serializer[Any]):
    """A skill."""

    key = serializers.CharField()
    name = serializers.CharField()


class OverrideStood(serializers.Serializer[Any]):
    """What stood before an override, or stands since; which fields there are depends on the kind."""

    rating = serializers.FloatField(required=False, help_text="Practice: Elo points, 400 to 2000.")
    deviation = serializers.FloatField(required=False, help_text="Practice: how far the rating may be off.")
    difficulty = serializers.IntegerField(required=False, help_text="Practice: 1 to 10.")
    target_difficulty = serializers.IntegerField(required=False, help_text="Goal, if changed: 1 to 10.")
    due_on = serializers.DateField(required=False, allow_null=True, help_text="Goal, if changed.")
    status = serializers.ChoiceField(
        choices=GoalStatus.choices, required=False, help_text="Goal, if changed."
    )
    version = serializers.IntegerField(required=False, help_text="Summary: the version that counts.")
    change = serializers.ChoiceField(
        choices=VersionKind.choices, required=False, help_text="Summary, since: what was done."
    )
    level = serializers.CharField(
        required=False, allow_null=True, help_text="Score: of the criterion, where one is meant."
    )
    score = serializers.FloatField(required=False, allow_null=True, help_text="Score: the question's points.")
    maximum = serializers.FloatField(required=False, help_text="Score.")
    criterion = serializers.CharField(
        required=False, help_text="Score, since: its name; empty for the question."
    )
    recommendation_id = serializers.UUIDField(
        required=False, help_text="Recommendation, before: the list that was in effect."
    )
    action = serializers.ChoiceField(
        choices=OverrideAction.choices, required=False, help_text="Recommendation, since: what was done."
    )
    credential_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Recommendation, since: null where all was taken back."
    )
    credential = serializers.CharField(
        required=False, allow_null=True, help_text="Recommendation, since: its title."
    )


@extend_schema_field(OverrideStood)
class Stood(serializers.Field[Any, Any, Any, Any]):
    """What is told as it was recorded."""

    def to_representation(self, value: Any) -> Any:
        """Return it as it is."""
        return value


class ReferenceField(serializers.UUIDField):
    """The id of what an override changed; null where it is of another kind."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="facts", read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return it."""
        facts: Facts = value
        found = facts.ids.get(str(self.field_name))
        return None if found is None else str(found)


class AnyOverride(serializers.Serializer[Any]):
    """What a person set in place of what the system had come to, with the reason."""

    override_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=OverrideKind.choices)
    student_id = serializers.UUIDField(source="student.pk")
    student = serializers.CharField(help_text="Their name.")
    advisor_id = serializers.UUIDField(source="advisor.pk")
    advisor = serializers.CharField(help_text="The name of who did it.")
    skills = OverriddenSkill(many=True)
    difficulty = serializers.IntegerField(
        allow_null=True,
        help_text="1 to 10: the one that was set; of a score its question's own, from 1 to 5, counted double.",
    )
    assessment_id = ReferenceField()
    question_id = ReferenceField()
    goal_id = ReferenceField()
    summary_id = ReferenceField()
    recommendation_id = ReferenceField(help_text="The list that was in effect since.")
    before = Stood(source="facts.before")
    after = Stood(source="facts.after")
    reason = serializers.CharField()
    made_at = serializers.DateTimeField()


MADE: Final = PolymorphicProxySerializer(
    component_name="OverrideMade",
    serializers=[AnyOverride, ChangeView],
    resource_type_field_name=None,
)


class NarrowedQuery(serializers.Serializer[Any]):
    """Query parameters that narrow overrides."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices, required=False)
    student_id = serializers.UUIDField(required=False)
    advisor_id = serializers.UUIDField(required=False, help_text="Who did it.")
    skill = serializers.SlugField(required=False, max_length=LONGEST_KEY)
    since = serializers.DateTimeField(required=False, help_text="At this moment or later.")
    until = serializers.DateTimeField(required=False, help_text="Before this moment.")


class OverridesQuery(PageQuery, NarrowedQuery):
    """Query parameters of a page of overrides."""


class OverridePage(serializers.Serializer[Any]):
    """One page of overrides of every kind, the latest first."""

    items = AnyOverride(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class OverrideFiguresQuery(NarrowedQuery):
    """Query parameters of figures."""

    by = serializers.ChoiceField(choices=OverrideGrouping.choices, default=OverrideGrouping.KIND.value)


class OverridesByKind(serializers.Serializer[Any]):
    """How many of each kind."""

    practice = serializers.IntegerField()
    goal = serializers.IntegerField()
    summary = serializers.IntegerField()
    score = serializers.IntegerField()
    recommendation = serializers.IntegerField()


class OverrideGroup(serializers.Serializer[Any]):
    """How many overrides one group has."""

    key = serializers.CharField(
        allow_null=True,
        help_text="The kind, the skill's key, the difficulty, or a person's id; null for those that have none.",
    )
    name = serializers.CharField()
    overrides = serializers.IntegerField()
    by_kind = OverridesByKind()


class OverrideFigures(serializers.Serializer[Any]):
    """How many overrides there are, and the groups, the largest first; one may belong to several skills."""

    total = serializers.IntegerField()
    items = OverrideGroup(many=True)


def narrowed(wanted: dict[str, Any]) -> Narrowed:
    """Return which overrides a checked query means."""
    return Narrowed(**{one.name: wanted.get(one.name) for one in fields(Narrowed)})
