"""Versions of what can be read and changed: strong ETags, If-Match for changes, If-None-Match for looking again."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpResponse
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from microcred import content_hash

IF_MATCH_PARAMETER = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="The ETag that the change was made from; 412 if it has changed since. Without it nothing is compared.",
)
ViewT = TypeVar("ViewT", bound=APIView)
P = ParamSpec("P")
Method = Callable[Concatenate[ViewT, Request, P], HttpResponse]


def etag(version: str) -> str:
    """Return a version as a strong ETag."""
    return f'"{version}"'


def if_match_versions(request: Request) -> frozenset[str] | None:
    """Return the versions that ``If-Match`` names, None where any will do.

    A weak or malformed ETag matches nothing: it does not say that the bytes are the same.
    """
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    return frozenset(tag[1:-1] for tag in parse_etags(given) if not tag.startswith("W/"))


def conditional_get(method: Method[ViewT, P]) -> Method[ViewT, P]:
    """Give a GET that is asked again and again an ETag of its content, and answer 304 to who has it already."""

    @functools.wraps(method)
    def look(view: ViewT, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = method(view, request, *args, **kwargs)
        if response.status_code != HTTPStatus.OK:
            return response
        tag = response.headers.get("ETag") or etag(version_of(cast(Response, response).data))
        known = parse_etags(request.headers.get("If-None-Match", ""))
        if {tag, f"W/{tag}", "*"} & set(known):
            response = Response(status=HTTPStatus.NOT_MODIFIED)
        response.headers["ETag"] = tag
        return response

    return look


def version_of(content: Any) -> str:
    """Return the version of the content of an answer."""
    return content_hash.version_of(content, encoder=JSONEncoder)


def etag_response(body: Any, *, version: str) -> Response:
    """Return an answer that says which version it shows."""
    return Response(body, headers={"ETag": etag(version)})
