"""Threads of questions that were handed to advisors, over HTTP."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import caller
from accounts.permissions import MayReadAnswers, MayReply
from conversations import queries, services
from conversations.thread_serializers import (
    ThreadList,
    ThreadMessageList,
    ThreadMessageRequest,
    ThreadMessageView,
    ThreadQuery,
    ThreadView,
    UpTo,
)
from microcred.api.pagination import PageQuery, paginate
from microcred.api.request_validation import validated_body, validated_query
from microcred.api.schema import errors
from ops.idempotency import IDEMPOTENCY_KEY_PARAMETER, idempotent


class ThreadListEndpoint(APIView):
    """The threads that the caller may see."""

    permission_classes = [MayReadAnswers]

    @extend_schema(
        operation_id="qa_threads", tags=["Questions"], parameters=[ThreadQuery],
        responses={200: ThreadList, **errors(400, 403)},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return one's own threads, or those of the students whom one advises, what is unread first."""
        wanted = validated_query(ThreadQuery, request)
        rows = queries.threads(
            caller(request), escalation=wanted.get("escalation", ""), unread=wanted.get("unread")
        )
        page = paginate(rows, page=wanted["page"], page_size=wanted["page_size"])
        return Response(page.envelope(ThreadView(page.items, many=True).data))


class ThreadEndpoint(APIView):
    """One thread."""

    permission_classes = [MayReadAnswers]

    @extend_schema(
        operation_id="qa_thread", tags=["Questions"], responses={200: ThreadView, **errors(403, 404)},
    )  # fmt: skip
    def get(self, request: Request, query_id: uuid.UUID) -> Response:
        """Return where a thread stands."""
        return _shown(request, query_id)


class ThreadMessagesEndpoint(APIView):
    """What is said in a thread."""

    permission_classes = [MayReadAnswers]

    @extend_schema(
        operation_id="qa_messages", tags=["Questions"], parameters=[PageQuery],
        responses={200: ThreadMessageList, **errors(400, 403, 404)},
    )  # fmt: skip
    def get(self, request: Request, query_id: uuid.UUID) -> Response:
        """Return what was said, from the beginning; reading it marks nothing as read."""
        wanted = validated_query(PageQuery, request)
        thread = queries.get_thread(by=caller(request), turn_id=query_id)
        page = paginate(queries.messages_of(thread), **wanted)
        return Response(page.envelope(ThreadMessageView(page.items, many=True).data))

    @extend_schema(
        operation_id="qa_say", tags=["Questions"], request=ThreadMessageRequest, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={201: ThreadMessageView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Write in a thread, as its student or as who advises them; a closed one is open again."""
        body = validated_body(ThreadMessageRequest, request.data)
        message = services.write(
            by=caller(request),
            turn_id=query_id,
            text=body["text"],
            up_to=body.get("up_to"),
            now=timezone.now(),
        )
        return Response(ThreadMessageView(message).data, status=201)


class ThreadReadEndpoint(APIView):
    """Having read a thread."""

    permission_classes = [MayReadAnswers]

    @extend_schema(
        operation_id="qa_read", tags=["Questions"], request=UpTo, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: ThreadView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Note that one has read a thread up to a message; for advisors, that one of them has."""
        up_to = validated_body(UpTo, request.data)["up_to"]
        services.mark_read(by=caller(request), turn_id=query_id, up_to=up_to)
        return _shown(request, query_id)


class ThreadCloseEndpoint(APIView):
    """Closing a thread."""

    permission_classes = [MayReply]

    @extend_schema(
        operation_id="qa_close", tags=["Questions"], request=UpTo, parameters=[IDEMPOTENCY_KEY_PARAMETER],
        responses={200: ThreadView, **errors(400, 403, 404, 409, 422)},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Close a thread, until somebody writes in it again."""
        up_to = validated_body(UpTo, request.data)["up_to"]
        services.close(by=caller(request), turn_id=query_id, up_to=up_to, now=timezone.now())
        return _shown(request, query_id)


def _shown(request: Request, query_id: uuid.UUID) -> Response:
    return Response(ThreadView(queries.get_thread(by=caller(request), turn_id=query_id)).data)
