"""Following an assessment over HTTP, by server-sent events."""

import uuid
from collections.abc import Iterable
from typing import Final

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import tokens
from accounts.authentication import caller, token_of
from assessments import status_streaming
from assessments.event_stream import MEDIA_TYPE, StatusSnapshot, standing
from assessments.visibility import AssessmentMissing
from microcred.api.schema import errors

# What tools that know the format check: the fields of each event.
EVENT: Final = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "event": {"enum": ["status"]}, "data": {"type": "string"}},
    "required": ["data"],
}
LAST_EVENT_ID: Final = OpenApiParameter(
    "Last-Event-ID",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="The id of the last event that was received; it is not sent again.",
)


class ErrorsAsJson(BaseContentNegotiation):
    """Whoever asks for events is told in JSON why there are none."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Return the only one."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the only one."""
        only = next(iter(renderers))
        return only, str(only.media_type)


class EventsView(APIView):
    """Where one assessment stands, told whenever it changes."""

    content_negotiation_class = ErrorsAsJson

    @extend_schema(
        operation_id="assessment_events", tags=["Assessments"], parameters=[LAST_EVENT_ID],
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(
                EVENT,
                "Events `status`, of which `data` is the body of `GET /assessments/{id}` in one line. The process that "
                "serves streams keeps the answer open and sends an event for every change, until nothing more is "
                "waited for; elsewhere, or with too many open already, the answer holds one event and ends, and "
                "clients come back after `retry` milliseconds.",
            ),
            204: OpenApiResponse(None, "The event received last was the last: do not ask again."),
            **errors(404),
        },
    )  # fmt: skip
    def get(self, request: Request, assessment_id: uuid.UUID) -> HttpResponseBase:
        """Tell where it stands, and go on if this process serves streams."""
        person, seen, token = caller(request), request.headers.get("Last-Event-ID", ""), token_of(request)
        first = standing(by=person, assessment_id=assessment_id, now=timezone.now())
        if first.is_last and first.event_id == seen:
            return HttpResponse(status=204)
        if not isinstance(request._request, ASGIRequest) or not status_streaming.seats.is_free(person.pk):
            return HttpResponse(status_streaming.at_once(first, seen), content_type=MEDIA_TYPE)
        stream = status_streaming.follow(
            person=person.pk, first=first, seen=seen, look=lambda: _looked_again(token, assessment_id)
        )
        # A proxy that gathers answers would keep events to itself.
        return StreamingHttpResponse(stream, content_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})


def _looked_again(token: bytes, assessment_id: uuid.UUID) -> StatusSnapshot | None:
    """Where it stands by now; None for a token that is good no more, or an assessment out of its owner's sight."""
    try:
        person, _ = tokens.owner_of(token)
        return standing(by=person, assessment_id=assessment_id, now=timezone.now())
    except (tokens.TokenRefused, AssessmentMissing):
        return None
