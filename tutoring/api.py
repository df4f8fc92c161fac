"""Sessions and their summaries over HTTP."""

import uuid
from typing import Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.enums import Role
from accounts.permissions import MayPractise, MayReadProgress
from microcred.api.conditional_requests import etag_response
from microcred.api.pagination import paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from tutoring import queries, services
from tutoring.authentication import IsSender, SignedBySource, sender_of
from tutoring.serializers import (
    PlannedStep,
    Received,
    SessionEnded,
    SummaryDetail,
    SummaryList,
    SummaryQuery,
    SummaryView,
    shown,
    shown_whole,
)

_SOURCE: Final = OpenApiParameter(
    "source", uuid.UUID, required=True, description="The id of the tutoring system, as it was told when it was added."
)  # fmt: skip
_HEADERS: Final = [
    OpenApiParameter("webhook-id", str, OpenApiParameter.HEADER, required=True, description="The message, for life."),
    OpenApiParameter("webhook-timestamp", int, OpenApiParameter.HEADER, required=True, description="Unix seconds."),
]  # fmt: skip


class SessionsView(APIView):
    """Telling of a session."""

    authentication_classes = [SignedBySource]
    permission_classes = [IsSender]
    throttle_scope = "tutoring"

    @extend_schema(
        operation_id="summary_send", tags=["Summaries"], request=SessionEnded, parameters=[_SOURCE, *_HEADERS],
        responses={202: Received, **errors(400, 409, 413, 422)},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Have a session summarised. Signed as in the Standard Webhooks specification, with the secret of the source;
        the same message again is answered the same and does nothing."""
        sender = sender_of(request)
        session = services.Session(**validated_body(SessionEnded, request.data)["data"])
        summary = services.receive(message=sender.message, session=session, now=timezone.now())
        return Response(Received(summary).data, status=202)


class SummaryListView(APIView):
    """A student's summaries."""

    permission_classes = [MayReadProgress]

    @extend_schema(
        operation_id="summaries", tags=["Summaries"], parameters=[SummaryQuery],
        responses={200: SummaryList, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request, user_id: uuid.UUID) -> Response:
        """Return them, the latest session first; what was replaced or withdrawn for those alone who may correct it."""
        wanted = validated_query(SummaryQuery, request)
        rows = queries.summaries_of(by=caller(request), user_id=user_id)
        if "skill" in wanted:
            rows = rows.filter(skills__contains=[wanted["skill"]])
        if "since" in wanted:
            rows = rows.filter(ended_at__gte=wanted["since"])
        page = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        return Response(page.envelope(SummaryView(map(shown, page.items), many=True).data))


class SummaryEndpoint(APIView):
    """One summary."""

    permission_classes = [MayReadProgress]

    @extend_schema(
        operation_id="summary", tags=["Summaries"], responses={200: SummaryDetail, **errors(403, 404)}
    )
    def get(self, request: Request, user_id: uuid.UUID, summary_id: uuid.UUID) -> Response:
        """Return it with the lines that it cites, and all that was said for as long as that is held; its ETag is what a
        correction can be made from."""
        by = caller(request)
        found = queries.summary_of(by=by, user_id=user_id, summary_id=summary_id)
        body = SummaryDetail(shown_whole(found, with_transcript=by.role != Role.GUARDIAN)).data
        return etag_response(body, version=str(body["version"]))


class StepTaskView(APIView):
    """Setting out to do what was agreed on."""

    permission_classes = [MayPractise]

    @extend_schema(
        operation_id="summary_step_task", tags=["Summaries"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: PlannedStep, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, user_id: uuid.UUID, summary_id: uuid.UUID, number: int) -> Response:
        """Set a next step on the student's list of tasks, where one step is one task."""
        task_id = services.plan_step(
            by=caller(request), user_id=user_id, summary_id=summary_id, number=number, now=timezone.now()
        )
        return Response(PlannedStep({"summary_id": summary_id, "number": number, "task_id": task_id}).data)
