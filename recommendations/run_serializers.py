"""The runs of an assessment on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recommendations.enums import Origin, RecommendationStatus
from recommendations.models import Recommendation
from recommendations.override_serializers import ListOverrideView
from recommendations.profile_serializers import MOVED, WhatIfView
from recommendations.serializers import ItemView, TraceView


class RunLine(serializers.ModelSerializer[Recommendation]):
    """One run; the effective one is what the result shows."""

    recommendation_id = serializers.UUIDField(source="id")
    status = serializers.CharField(help_text=" or ".join(RecommendationStatus.values))

    origin = serializers.CharField(help_text=f"Who put the list together: {' or '.join(Origin.values)}.")

    class Meta:
        model = Recommendation
        fields = [
            "recommendation_id",
            "run",
            "effective",
            "origin",
            "status",
            "degraded",
            "missing",
            "generated_at",
        ]


class RunList(serializers.Serializer[Any]):
    """All runs of an assessment, the newest first."""

    assessment_id = serializers.UUIDField()
    items = RunLine(many=True)


class RunView(RunLine):
    """One run as it was shown, in effect or not."""

    assessment_id = serializers.UUIDField()
    recommendation_items = ItemView(source="items.all", many=True)
    overrides = serializers.SerializerMethodField(help_text="What people did to the list, the oldest first.")
    traces = TraceView(source="traces.all", many=True)
    stale = serializers.SerializerMethodField(help_text="Whether what it rests on has moved since.")
    stale_because = serializers.SerializerMethodField()
    what_if = serializers.SerializerMethodField()

    class Meta(RunLine.Meta):
        fields = [
            *RunLine.Meta.fields, "assessment_id", "summary", "recommendation_items", "overrides", "traces",
            "stale", "stale_because", "what_if",
        ]  # fmt: skip

    @extend_schema_field(ListOverrideView(many=True))
    def get_overrides(self, row: Recommendation) -> list[dict[str, Any]]:
        """Return what people did to it."""
        return list(ListOverrideView(self.context["run"].overridden.acts, many=True).data)

    def get_stale(self, row: Recommendation) -> bool:
        """Return whether anything has moved."""
        return bool(self.context["run"].stale_because)

    def get_stale_because(self, row: Recommendation) -> list[str]:
        """Return what has moved: catalog, rubric, embeddings, and run where a list was worked out since a person's."""
        return [name for name in MOVED if name in self.context["run"].stale_because]

    def get_what_if(self, row: Recommendation) -> dict[str, Any] | None:
        """Return what would put another credential first; null while it is not worked out."""
        found = self.context["run"].what_if
        return dict(WhatIfView(found).data) if found else None


class RecomputeView(serializers.Serializer[Any]):
    """A run that is being worked out; the result shows it as soon as it is there."""

    assessment_id = serializers.UUIDField()
    run = serializers.IntegerField()
