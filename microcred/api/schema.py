"""How the OpenAPI document describes what all operations share."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from microcred.api.request_validation import takes_more

_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s")


class ErrorBody(serializers.Serializer[Any]):
    """The error object of every response above 399."""

    error_code = serializers.CharField(help_text="Stable name for programs, for example ASSESSMENT_409.")
    message = serializers.CharField(help_text="A sentence for people.")
    details = serializers.DictField(required=False, help_text="What is needed to mend the request.")
    request_id = serializers.CharField(help_text="Name this when you ask for help.")


ERRORS = {
    400: "The request is not valid.",
    401: "No token, or one that is not valid any more.",
    403: "The caller may not do this.",
    404: "Not there, or not for the caller to see.",
    409: "Not possible in the present state.",
    410: "The time for this has passed.",
    412: "It has changed since the version that If-Match names.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The Idempotency-Key was used with another body.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "A part of the system is away; try again.",
}
SHARED_ERRORS = (400, 401, 413, 415, 429, 503)
ERRORS_OF_A_BODY = frozenset({413, 415})


UNCHANGED = OpenApiResponse(description="It is still the version that If-None-Match names; no body.")


class BodyOfKnownFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """That a body takes the fields that it names and no others, but for those that pass others over."""

    target_class = "rest_framework.serializers.Serializer"
    match_subclasses = True
    priority = (
        -2
    )  # below that of drf-spectacular for bodies of several kinds, each of which comes here for itself

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """Return the schema of a body, or of an answer, which may say more in a later version."""
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        if direction == "request" and not takes_more(type(self.target)):
            schema["additionalProperties"] = False
        return schema


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """Describe the error responses of an operation, for ``extend_schema(responses=…)``."""
    return {status: OpenApiResponse(ErrorBody, ERRORS[status]) for status in statuses}


def require_bodies_of_kinds(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Say that a body of one of several kinds must be there; drf-spectacular, whose hook this is, says it of others."""
    kinds = {
        f"#/components/schemas/{name}"
        for name, one in result["components"]["schemas"].items()
        if "oneOf" in one
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            body: dict[str, Any] = operation.get("requestBody", {"content": {}})
            if any(one["schema"].get("$ref") in kinds for one in body["content"].values()):
                body["required"] = True
    return result


def add_shared_errors(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Describe for every operation the errors that any operation can answer with; a hook of drf-spectacular.

    401 only where a token is asked for, 413 and 415 only where a body is taken, 400 only where there is anything beside
    the path to get wrong.
    """
    for operations in result["paths"].values():
        for operation in operations.values():
            described: dict[str, Any] = operation["responses"]
            for status in SHARED_ERRORS:
                if _can_answer(operation, status):
                    described.setdefault(str(status), _error_response(status))
            operation["responses"] = dict(sorted(described.items()))
    return result


def add_summaries(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Head every operation with the first sentence about it, for lists of them; a hook of drf-spectacular."""
    for operations in result["paths"].values():
        for operation in operations.values():
            first, *_ = _SENTENCE_END.split(" ".join(operation["description"].split()), maxsplit=1)
            operation.setdefault("summary", first.removesuffix("."))
    return result


def _can_answer(operation: Mapping[str, Any], status: int) -> bool:
    if status == HTTPStatus.UNAUTHORIZED:
        return any(operation.get("security", ()))  # an empty entry stands for nobody asked
    takes_a_body = "requestBody" in operation
    if status == HTTPStatus.BAD_REQUEST:
        return takes_a_body or any(_can_be_malformed(one) for one in operation.get("parameters", ()))
    return takes_a_body or status not in ERRORS_OF_A_BODY


def _can_be_malformed(parameter: Mapping[str, Any]) -> bool:
    """A path that makes no sense is not there; headers that compare versions are compared as they are."""
    return parameter["in"] != "path" and parameter["name"] not in ("If-Match", "If-None-Match")


def _error_response(status: int) -> dict[str, Any]:
    body = {"schema": {"$ref": "#/components/schemas/ErrorBody"}}
    response: dict[str, Any] = {"content": {"application/json": body}, "description": ERRORS[status]}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        wait = {"schema": {"type": "integer"}, "description": "Seconds until it is worth asking again."}
        response["headers"] = {"Retry-After": wait}
    return response
