"""Results and feedback over HTTP."""

import uuid
from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayGiveFeedback, MayReadResults
from accounts.service_keys import KeyHolder, PersonOrProgramView, person_or_program
from assessments.enums import Stage
from microcred.api.conditional_requests import (
    IF_MATCH_PARAMETER,
    conditional_get,
    etag_response,
    if_match_versions,
)
from microcred.api.rendered_responses import rendered_response
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import UNCHANGED, errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from recommendations import queries, services
from recommendations.feedback_serializers import (
    FeedbackAbout,
    FeedbackList,
    FeedbackRequest,
    FeedbackView,
)
from recommendations.queries import Awaited
from recommendations.record_serializers import RecordList
from recommendations.result_cache import cached_result
from recommendations.serializers import (
    ResultAwaited,
    ResultView,
    awaited_body,
)

RETRY_AFTER_SECONDS = "2"
# A person releases it, so that asking every two seconds is of no use.
HELD_RETRY_AFTER_SECONDS = "300"
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    int,
    OpenApiParameter.HEADER,
    response=[202],
    description="Seconds until it is worth asking again.",
)


class ResultEndpoint(PersonOrProgramView):
    """The result of one assessment."""

    permission_classes = [MayReadResults]

    @extend_schema(
        operation_id="assessment_result", tags=["Assessments"], parameters=[RETRY_AFTER],
        responses={
            200: ResultView,
            304: UNCHANGED,
            202: OpenApiResponse(ResultAwaited, "The result is still being worked out, or waits for its release."),
            **errors(403, 404, 409, 410),
        },
    )  # fmt: skip
    def get(self, request: Request, assessment_id: uuid.UUID) -> HttpResponse:
        """Return scores, profile, recommendations and their evidence."""
        by = person_or_program(request)
        answer = self._result(request, assessment_id)
        if request.method == "GET" and answer.status_code == HTTPStatus.OK and isinstance(by, KeyHolder):
            services.tell_of_reading(assessment_id=assessment_id, service_key_id=by.pk, program=by.name)
        return answer

    @conditional_get
    def _result(self, request: Request, assessment_id: uuid.UUID) -> HttpResponse:
        found = cached_result(by=person_or_program(request), assessment_id=assessment_id, now=timezone.now())
        if isinstance(found, Awaited):
            held = found.stage == Stage.AWAITING_RELEASE
            seconds = HELD_RETRY_AFTER_SECONDS if held else RETRY_AFTER_SECONDS
            return Response(awaited_body(found), status=202, headers={"Retry-After": seconds})
        return rendered_response(request, found)


class RecordEndpoint(APIView):
    """What the results of one assessment rest on."""

    @extend_schema(
        operation_id="assessment_record", tags=["Assessments"], responses={200: RecordList, **errors(404)},
    )  # fmt: skip
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Return the decision records: versions, models, dates and hashes of all that was used."""
        found = queries.records_of(by=caller(request), assessment_id=assessment_id)
        return Response(RecordList({"assessment_id": assessment_id, "items": found}).data)


class FeedbackEndpoint(APIView):
    """What people make of a recommendation."""

    permission_classes = [MayGiveFeedback]

    @extend_schema(
        operation_id="recommendation_feedback", tags=["Recommendations"], request=FeedbackRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={201: FeedbackView, **errors(400, 403, 404, 409, 412, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, recommendation_id: uuid.UUID) -> Response:
        """Record feedback about the list, or about one credential on it."""
        given = validated_body(FeedbackRequest, request.data)
        feedback = services.record_feedback(
            by=caller(request),
            recommendation_id=recommendation_id,
            now=timezone.now(),
            expected=if_match_versions(request),
            **given,
        )
        return Response(FeedbackView(feedback).data, status=201)

    @extend_schema(
        operation_id="recommendation_feedback_list", tags=["Recommendations"],
        responses={200: FeedbackList, **errors(403, 404)},
    )  # fmt: skip
    def get(self, request: Request, recommendation_id: uuid.UUID) -> Response:
        """Return what the caller has said about it and has not taken back; its ETag is what to say more from."""
        found = queries.feedback_of(by=caller(request), recommendation_id=recommendation_id)
        body = FeedbackList({"recommendation_id": recommendation_id, "items": found}).data
        return etag_response(body, version=queries.feedback_version(found))

    @extend_schema(
        operation_id="recommendation_feedback_take_back", tags=["Recommendations"], request=None,
        parameters=[FeedbackAbout, IF_MATCH_PARAMETER],
        responses={200: FeedbackView, **errors(400, 403, 404, 412)},
    )  # fmt: skip
    def delete(self, request: Request, recommendation_id: uuid.UUID) -> Response:
        """Take back what the caller said about the list, or about one credential on it; it no longer counts."""
        about = validated_query(FeedbackAbout, request)
        taken = services.take_back_feedback(
            by=caller(request),
            recommendation_id=recommendation_id,
            now=timezone.now(),
            expected=if_match_versions(request),
            **about,
        )
        return Response(FeedbackView(taken).data)
