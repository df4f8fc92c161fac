"""The runs of an assessment over HTTP."""

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReviewScores
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from recommendations import queries, services
from recommendations.override_serializers import RecommendationOverrideRequest
from recommendations.run_serializers import RecomputeView, RunList, RunView


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
        given = validated_body(RecommendationOverrideRequest, request.data)
        by = caller(request)
        act = services.override(by=by, recommendation_id=recommendation_id, now=timezone.now(), **given)
        found = queries.recommendation_of(by=by, recommendation_id=act.recommendation_id)
        return Response(RunView(found.recommendation, context={"run": found}).data, status=201)
