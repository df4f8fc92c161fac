"""Questions and answers over HTTP."""

import uuid
from typing import Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayAsk, MayReadAnswers, MayReply
from conversations import queries, services
from conversations.enums import TurnStatus
from conversations.models import Turn
from conversations.serializers import (
    ConversationView,
    EscalatedTurn,
    EscalationList,
    QuestionRequest,
    ReplyRequest,
    TurnList,
    TurnQuery,
    TurnView,
)
from microcred.api.pagination import PageQuery, paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent

RETRY_AFTER_SECONDS: Final = "1"
_RETRY_AFTER: Final = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[202],
    description="Seconds until it is worth asking for the answer.",
)  # fmt: skip
_LOCATION: Final = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[202], description="Where the answer will be."
)


class AskView(APIView):
    """Asking, and what one has asked."""

    permission_classes = [MayAsk]

    @extend_schema(
        operation_id="qa_ask", tags=["Questions"], request=QuestionRequest,
        parameters=[IDEMPOTENCY_KEY_PARAMETER, _RETRY_AFTER, _LOCATION],
        responses={202: TurnView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Put a question about the catalog; the answer is worked out meanwhile and fetched where Location says."""
        body = validated_body(QuestionRequest, request.data)
        turn = services.ask(
            by=caller(request),
            question=body["question"],
            conversation_id=body.get("conversation_id"),
            now=timezone.now(),
        )
        return _shown(turn)

    @extend_schema(
        operation_id="qa_queries", tags=["Questions"], parameters=[TurnQuery],
        responses={200: TurnList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what one has asked, the latest first."""
        wanted = validated_query(TurnQuery, request)
        rows = queries.own_turns(caller(request))
        if "escalation" in wanted:
            rows = rows.filter(escalation=wanted["escalation"])
        page = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        return Response(page.envelope(TurnView(page.items, many=True).data))


class TurnEndpoint(APIView):
    """One question."""

    permission_classes = [MayReadAnswers]

    @extend_schema(
        operation_id="qa_answer", tags=["Questions"], parameters=[_RETRY_AFTER, _LOCATION],
        responses={200: TurnView, 202: TurnView, **errors(403, 404)},
    )  # fmt: skip
    def get(self, request: Request, query_id: uuid.UUID) -> Response:
        """Return a question with its answer; 202 while that is being worked out."""
        return _shown(queries.get_visible(by=caller(request), turn_id=query_id))


class EscalateView(APIView):
    """Asking one's advisor."""

    permission_classes = [MayAsk]

    @extend_schema(
        operation_id="qa_escalate", tags=["Questions"], request=None, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: TurnView, **errors(403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Hand a question, with its answer, to one's advisor."""
        turn = services.escalate(by=caller(request), turn_id=query_id, now=timezone.now())
        return Response(TurnView(turn).data)


class ReplyView(APIView):
    """Replying as an advisor."""

    permission_classes = [MayReply]

    @extend_schema(
        operation_id="qa_reply", tags=["Questions"], request=ReplyRequest, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: TurnView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Reply to a question that waits for it; the student reads the reply with the question."""
        text = validated_body(ReplyRequest, request.data)["text"]
        turn = services.reply(by=caller(request), turn_id=query_id, text=text, now=timezone.now())
        return Response(TurnView(turn).data)


class EscalationListView(APIView):
    """What waits for an advisor."""

    permission_classes = [MayReply]

    @extend_schema(
        operation_id="qa_escalations", tags=["Questions"], parameters=[PageQuery],
        responses={200: EscalationList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return the questions of one's students that wait for a reply, the longest first."""
        wanted = validated_query(PageQuery, request)
        page = paginate(queries.escalated(caller(request)), **wanted)
        return Response(page.envelope(EscalatedTurn(page.items, many=True).data))


class ConversationEndpoint(APIView):
    """One conversation."""

    permission_classes = [MayReadAnswers]

    @extend_schema(
        operation_id="qa_conversation", tags=["Questions"],
        responses={200: ConversationView, **errors(403, 404)},
    )  # fmt: skip
    def get(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Return a conversation with the questions of it that are kept."""
        found = queries.conversation_visible(by=caller(request), conversation_id=conversation_id)
        return Response(ConversationView(found).data)


def _shown(turn: Turn) -> Response:
    if turn.status == TurnStatus.ANSWERED:
        return Response(TurnView(turn).data)
    headers = {"Retry-After": RETRY_AFTER_SECONDS, "Location": reverse("qa-answer", args=[turn.pk])}
    return Response(TurnView(turn).data, status=202, headers=headers)
