"""What asks for overrides of every kind, on the wire."""

from dataclasses import fields
from typing import Any, Final

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from companion.enums import OverrideGrouping, OverrideKind
from companion.overrides import Narrowed
from microcred.api.discriminated import DiscriminatorField
from microcred.api.pagination import GroupPageQuery, PageQuery
from microcred.api.request_validation import allows_unknown_fields
from practice.override_serializers import GoalOverride, NewLevel
from recommendations.override_serializers import RecommendationOverrideRequest
from scoring.oversight.serializers import OverrideRequest
from tutoring.override_serializers import SummaryOverride

LONGEST_KEY: Final = 64


@allows_unknown_fields
class KindOfOverride(serializers.Serializer[Any]):
    """What is overridden; a body that does not say means a score."""

    kind = serializers.ChoiceField(choices=OverrideKind.choices, required=False)


class PracticeOverrideRequest(KindOfOverride, NewLevel):
    """A difficulty at which a student is to practise a skill from now on."""

    kind = DiscriminatorField(OverrideKind.PRACTICE)


class GoalOverrideRequest(KindOfOverride, GoalOverride):
    """What is to be different about a student's goal; what is left out stays."""

    kind = DiscriminatorField(OverrideKind.GOAL)
    goal_id = serializers.UUIDField()


class SummaryOverrideRequest(KindOfOverride, SummaryOverride):
    """What a summary is to say instead, what is left out stays; or that it is withdrawn."""

    kind = DiscriminatorField(OverrideKind.SUMMARY)
    summary_id = serializers.UUIDField()


class ScoreOverrideRequest(KindOfOverride, OverrideRequest):
    """A person's score: for an essay a criterion and a level, for a closed question a score."""

    kind = DiscriminatorField(
        OverrideKind.SCORE,
        required=False,
        help_text="A body without it means a score, and is answered with the change alone.",
    )


class ListOverrideRequest(KindOfOverride, RecommendationOverrideRequest):
    """What is to be done to the list in effect."""

    kind = DiscriminatorField(OverrideKind.RECOMMENDATION)
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


class OverrideFiguresQuery(GroupPageQuery, NarrowedQuery):
    """Query parameters of a page of figures."""

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
    """How many overrides there are, and one page of their groups, the largest first; one may belong to several."""

    total = serializers.IntegerField(help_text="How many overrides; those of several skills count once.")
    items = OverrideGroup(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    groups = serializers.IntegerField(help_text="How many groups, on all pages together.")


def narrowed(wanted: dict[str, Any]) -> Narrowed:
    """Return which overrides a checked query means."""
    return Narrowed(**{one.name: wanted.get(one.name) for one in fields(Narrowed)})
