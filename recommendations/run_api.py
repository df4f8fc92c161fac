"""The runs of an assessment over HTTP."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReviewScores
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from recommendations import queries, services
from recommendations.enums import RecommendationStatus
from recommendations.models import Recommendation
from recommendations.profile_serializers import MOVED, WhatIfView
from recommendations.serializers import ItemView, TraceView


class RunLine(serializers.ModelSerializer[Recommendation]):
    """One run; the effective one is what the result shows."""

    recommendation_id = serializers.UUIDField(source="id")
    status = serializers.CharField(help_text=" or ".join(RecommendationStatus.values))

    class Meta:
        model = Recommendation
        fields = ["recommendation_id", "run", "effective", "status", "degraded", "missing", "generated_at"]


class RunList(serializers.Serializer[Any]):
    """All runs of an assessment, the newest first."""

    assessment_id = serializers.UUIDField()
    items = RunLine(many=True)


class RunView(RunLine):
    """One run as it was shown, in effect or not."""

    assessment_id = serializers.UUIDField()
    recommendation_items = ItemView(source="items.all", many=True)
    traces = TraceView(source="traces.all", many=True)
    stale = serializers.SerializerMethodField(help_text="Whether what it rests on has moved since.")
    stale_because = serializers.SerializerMethodField()
    what_if = serializers.SerializerMethodField()

    class Meta(RunLine.Meta):
        fields = [
            *RunLine.Meta.fields, "assessment_id", "summary", "recommendation_items", "traces", "stale",
            "stale_because", "what_if",
        ]  # fmt: skip

    def get_stale(self, row: Recommendation) -> bool:
        """Return whether anything has moved."""
        return bool(self.context["run"].stale_because)

    def get_stale_because(self, row: Recommendation) -> list[str]:
        """Return what has moved: catalog, rubric, embeddings."""
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
