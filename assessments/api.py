"""Taking an assessment over HTTP."""

import uuid
from typing import Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReadResults, MayTakeAssessment
from accounts.service_keys import PersonOrProgramView, person_or_program
from assessments import queries, services
from assessments.enums import AssessmentStatus
from assessments.serializers import (
    AssessmentList,
    AssessmentQuery,
    AssessmentSummary,
    QuestionsResponse,
    ResponseBatch,
    StartRequest,
    StartResponse,
    StatusView,
    SubmissionAck,
    start_view,
    started_fields,
    status_view,
)
from microcred.admin_dashboard import pluralize
from microcred.api.conditional_requests import (
    IF_MATCH_PARAMETER,
    conditional_get,
    etag_response,
    if_match_versions,
)
from microcred.api.pagination import paginate
from microcred.api.rendered_responses import represent
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import UNCHANGED, errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent

_QUESTIONS: Final = QuestionsResponse()
_ACK: Final = SubmissionAck()


class StartView(APIView):
    """Start an assessment."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="assessment_start", tags=["Assessments"], request=StartRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={
            200: OpenApiResponse(StartResponse, "One was open already; answer that."),
            201: StartResponse,
            **errors(400, 403, 409, 413, 422),
        },
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Draw and freeze questions; return them."""
        wanted = {"metadata": {}} | validated_body(StartRequest, request.data)
        started = services.start(by=caller(request), now=timezone.now(), **wanted)
        answer = start_view(started.assessment, now=timezone.now())
        return Response(answer, status=201 if started.is_new else 200)


class ResponsesView(APIView):
    """Answer questions, and hand the assessment in."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="assessment_responses", tags=["Assessments"], request=ResponseBatch,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, IF_MATCH_PARAMETER],
        responses={202: SubmissionAck, **errors(400, 403, 404, 409, 410, 412, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Store the answers; with ``completed`` start the background work."""
        batch = validated_body(ResponseBatch, request.data)
        given = [services.GivenAnswer(**item) for item in batch["responses"]]
        assessment = services.submit(
            by=caller(request),
            assessment_id=assessment_id,
            answers=given,
            completed=batch["completed"],
            now=timezone.now(),
            expected=if_match_versions(request),
        )
        enqueued = assessment.status == AssessmentStatus.AWAITING_ASYNC
        message = (
            "All answers are in. The result is being prepared."
            if enqueued
            else pluralize(len(given), "answer received.", "answers received.")
        )
        ack = {
            "assessment_id": assessment.pk,
            "status": assessment.status,
            "async_job_enqueued": enqueued,
            "message": message,
        }
        return Response(represent(_ACK, ack), status=202)


class StatusEndpoint(PersonOrProgramView):
    """Where one assessment stands."""

    permission_classes = [MayReadResults]

    @extend_schema(
        operation_id="assessment_status", tags=["Assessments"],
        responses={200: StatusView, 304: UNCHANGED, **errors(403, 404)},
    )  # fmt: skip
    @conditional_get
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Return status, stage and progress."""
        found, progress = queries.get_with_progress(
            by=person_or_program(request), assessment_id=assessment_id
        )
        return Response(status_view(found, progress, now=timezone.now()))


class QuestionsView(APIView):
    """The questions of one's own assessment."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="assessment_questions", tags=["Assessments"],
        responses={200: QuestionsResponse, **errors(403, 404)},
    )  # fmt: skip
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Return the frozen questions with the newest answers."""
        assessment = queries.get_visible(by=caller(request), assessment_id=assessment_id)
        version = queries.answers_version(
            assessment.pk
        )  # before them, so that it is never newer than they are
        newest = queries.newest_responses(assessment.pk)
        questions = queries.snapshots(assessment.pk)
        answers = [
            {
                "question_id": row.question_id,
                "answer": newest[row.pk].answer,
                "version": newest[row.pk].version,
                "submitted_at": newest[row.pk].submitted_at,
            }
            for row in questions
            if row.pk in newest
        ]
        started = started_fields(assessment, now=timezone.now())
        body = {**started, "questions": questions, "answers": answers}
        return etag_response(represent(_QUESTIONS, body), version=version)


class AssessmentListView(APIView):
    """The assessments that the caller may see."""

    @extend_schema(
        operation_id="assessments", tags=["Assessments"], parameters=[AssessmentQuery],
        responses={200: AssessmentList, **errors(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of assessments, newest first."""
        wanted = validated_query(AssessmentQuery, request)
        page, page_size = wanted.pop("page"), wanted.pop("page_size")
        now = timezone.now()
        rows = queries.narrow(queries.visible_to(caller(request)), now=now, **wanted)
        found = paginate(rows, page=page, page_size=page_size)
        for assessment in found.items:
            assessment.status = queries.effective_status(assessment, now=now)
        return Response(found.envelope(AssessmentSummary(found.items, many=True).data))
