"""Appeals, releases and notices over HTTP."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReviewScores, MayTakeAssessment
from microcred.api.pagination import PageQuery, paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent
from scoring.oversight import appeals
from scoring.oversight.notices import mark_seen, notices_for
from scoring.oversight.releases import release_once
from scoring.oversight.serializers import (
    AppealList,
    AppealRequest,
    AppealView,
    MessageList,
    MessageRequest,
    MessageView,
    NoticeList,
    NoticeQuery,
    ReleasedView,
    SeenRequest,
    SeenView,
)


class AssessmentAppeals(APIView):
    """Appealing against a score."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="appeal_submit", tags=["Oversight"], request=AppealRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: AppealView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Appeal against the score of a criterion, or of a closed question."""
        given = validated_body(AppealRequest, request.data)
        row = appeals.appeal(by=caller(request), assessment_id=assessment_id, now=timezone.now(), **given)
        return Response(AppealView(row).data, status=201)


class AppealListEndpoint(APIView):
    """The appeals that the caller may see."""

    @extend_schema(
        operation_id="appeals", tags=["Oversight"], parameters=[PageQuery],
        responses={200: AppealList, **errors(400)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of appeals, newest first."""
        found = paginate(appeals.appeals_visible_to(caller(request)), **validated_query(PageQuery, request))
        return Response(found.envelope(AppealView(found.items, many=True).data))


class AppealMessages(APIView):
    """The thread of an appeal."""

    @extend_schema(
        operation_id="appeal_messages", tags=["Oversight"], responses={200: MessageList, **errors(404)}
    )
    def get(self, request: Request, appeal_id: uuid.UUID) -> Response:
        """Return the thread; it stays readable when the appeal has been decided."""
        row = appeals.get_appeal(by=caller(request), appeal_id=appeal_id)
        return Response(MessageList({"items": row.messages.all()}).data)

    @extend_schema(
        operation_id="appeal_say", tags=["Oversight"], request=MessageRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: MessageView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, appeal_id: uuid.UUID) -> Response:
        """Add to the thread of an open appeal."""
        given = validated_body(MessageRequest, request.data)
        message = appeals.say(by=caller(request), appeal_id=appeal_id, now=timezone.now(), **given)
        return Response(MessageView(message).data, status=201)


class ReleaseEndpoint(APIView):
    """The release of a result that its role holds back."""

    permission_classes = [MayReviewScores]

    @extend_schema(
        operation_id="assessment_release", tags=["Oversight"], request=None,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: ReleasedView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """Let the student see a result that was held back; releasing it again changes nothing."""
        found = release_once(by=caller(request), assessment_id=assessment_id, now=timezone.now())
        return Response(ReleasedView(found).data)


class NoticeListEndpoint(APIView):
    """What the student is told about their scores."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="notices", tags=["Oversight"], parameters=[NoticeQuery],
        responses={200: NoticeList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return a page of notices over all of the student's assessments, newest first."""
        wanted = validated_query(NoticeQuery, request)
        told = notices_for(caller(request))
        chosen = [
            notice
            for notice in told
            if (not wanted["unseen"] or notice.seen_at is None)
            and notice.assessment_id == wanted.get("assessment_id", notice.assessment_id)
        ]
        start = (wanted["page"] - 1) * wanted["page_size"]
        body = {
            "items": chosen[start : start + wanted["page_size"]],
            "page": wanted["page"],
            "page_size": wanted["page_size"],
            "total": len(chosen),
            "unseen": sum(1 for notice in told if notice.seen_at is None),
        }
        return Response(NoticeList(body).data)


class SeenNotices(APIView):
    """Notices that the student has seen."""

    permission_classes = [MayTakeAssessment]

    @extend_schema(
        operation_id="notices_seen", tags=["Oversight"], request=SeenRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: SeenView, **errors(400, 403, 404, 409, 413, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Note that the student has seen these; seen once is seen."""
        given = validated_body(SeenRequest, request.data)
        unseen = mark_seen(by=caller(request), now=timezone.now(), **given)
        return Response(SeenView({"unseen": unseen}).data)
