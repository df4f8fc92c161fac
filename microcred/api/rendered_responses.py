"""Answers kept as they were written, so that what has not changed is not written again."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from microcred.api.conditional_requests import etag


@dataclass(frozen=True, slots=True)
class RenderedBody:
    """The body of an answer as it goes over the wire; ``version`` is another text for every other content."""

    content: bytes
    version: str = ""


def represent(serializer: BaseSerializer[Any], thing: Any) -> dict[str, Any]:
    """Return what a serializer, made once and used by all, shows of a thing.

    A new one copies all of its fields for every answer, which takes longer than filling them in.
    """
    shown: dict[str, Any] = serializer.to_representation(thing)
    return shown


def render_body(body: Any, *, version: str = "") -> RenderedBody:
    """Write a body as REST framework would."""
    return RenderedBody(JSONRenderer().render(body), version)


def rendered_response(request: Request, body: RenderedBody) -> HttpResponse | Response:
    """Return the answer; written anew for whoever asks for another form of JSON, such as one with indents."""
    headers = {"ETag": etag(body.version)} if body.version else {}
    if request.accepted_media_type == JSONRenderer.media_type:
        return HttpResponse(body.content, content_type=JSONRenderer.media_type, headers=headers)
    return Response(json.loads(body.content), headers=headers)
