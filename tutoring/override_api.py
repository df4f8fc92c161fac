"""Correcting summaries over HTTP."""

import uuid
from functools import partial

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MaySteerPractice
from microcred.api.conditional_requests import IF_MATCH_PARAMETER, if_match_versions
from microcred.api.request_validation import validated_body
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from tutoring import queries, services
from tutoring.override_serializers import CorrectionView, SummaryOverride, VersionList, VersionView, words_of


class SummaryOverridesView(APIView):
    """What those who advise a student had a summary say."""

    permission_classes = [MaySteerPractice]

    @extend_schema(
        operation_id="summary_versions", tags=["Summaries"], responses={200: VersionList, **errors(403, 404)}
    )
    def get(self, request: Request, user_id: uuid.UUID, summary_id: uuid.UUID) -> Response:
        """Return all that a summary has said, the latest first."""
        summary = queries.summary_of(by=caller(request), user_id=user_id, summary_id=summary_id)
        return Response({"items": VersionView(list(reversed(summary.versions.all())), many=True).data})

    @extend_schema(
        operation_id="summary_override", tags=["Summaries"], request=SummaryOverride,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={201: CorrectionView, **errors(400, 403, 404, 409, 412, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, user_id: uuid.UUID, summary_id: uuid.UUID) -> Response:
        """Have a summary say something else from now on, or count no more."""
        given = validated_body(SummaryOverride, request.data)
        change = services.withdraw if given["withdraw"] else partial(services.correct, words=words_of(given))
        made = change(
            by=caller(request),
            user_id=user_id,
            summary_id=summary_id,
            reason=given["reason"],
            now=timezone.now(),
            expected=if_match_versions(request),
        )
        return Response(CorrectionView(made).data, status=201)
