"""The runs of an assessment over HTTP."""

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReviewScores
from microcred.api.reading import valid
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from recommendations import queries, services
from recommendations.enums import Origin, RecommendationStatus
from recommendations.models import Recommendation
from recommendations.override_serializers import ListOverrideView, RecommendationOverrideRequest
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


class AssessmentRunsEndpoint(APIView):
    """All runs of an assessment, and asking for another."""

    def get_permissions(self) -> list[Any]:
        """Let staff alone ask for another run."""
        return [*super().get_permissions(), *([MayReviewScores()] if self.request.method == "POST" else [])]

    @extend_schema(
        operation_id="recommendation_runs", tags=["Recommendations"], responses={200: RunList, **errors(404)}
    )
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Return every run, the newest first; earlier ones are kept when another is made."""
        found = queries.runs_of(by=caller(request), assessment_id=assessment_id)
        return Response(RunList({"assessment_id": assessment_id, "items": found}).data)

    @extend_schema(
        operation_id="recommendation_recompute", tags=["Recommendations"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={202: RecomputeView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Have the recommendations made anew from what there is now; asked twice before it is there, it is one run."""
        run = services.recompute(by=caller(request), assessment_id=assessment_id)
        return Response(RecomputeView({"assessment_id": assessment_id, "run": run}).data, status=202)


class RunEndpoint(APIView):
    """One run."""

    @extend_schema(
        operation_id="recommendation", tags=["Recommendations"], responses={200: RunView, **errors(404)}
    )
    def get(self, request: Request, recommendation_id: uuid.UUID) -> Response:
        """Return one run with its evidence, in effect or not."""
        found = queries.recommendation_of(by=caller(request), recommendation_id=recommendation_id)
        return Response(RunView(found.recommendation, context={"run": found}).data)


class RecommendationOverrideEndpoint(APIView):
    """A person's list in place of the one in effect."""

    permission_classes = [MayReviewScores]

    @extend_schema(
        operation_id="recommendation_override", tags=["Recommendations"], request=RecommendationOverrideRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: RunView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, recommendation_id: uuid.UUID) -> Response:
        """Change the list, if it is the one in effect, with a reason and at once; return the list that now is."""
        given = valid(RecommendationOverrideRequest, request.data)
        by = caller(request)
        act = services.override(by=by, recommendation_id=recommendation_id, now=timezone.now(), **given)
        found = queries.recommendation_of(by=by, recommendation_id=act.recommendation_id)
        return Response(RunView(found.recommendation, context={"run": found}).data, status=201)
