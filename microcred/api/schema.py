"""How the OpenAPI document describes what all operations share."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class ErrorBody(serializers.Serializer[Any]):
    """The error object of every response above 399."""

    error_code = serializers.CharField(help_text="Stable name for programs, for example ASSESSMENT_409.")
    message = serializers.CharField(help_text="A sentence for people.")
    details = serializers.JSONField(required=False, help_text="What is needed to mend the request.")
    request_id = serializers.CharField(help_text="Name this when you ask for help.")


ERRORS = {
    400: "The request is not valid.",
    401: "No token, or one that is not valid any more.",
    403: "The caller may not do this.",
    404: "Not there, or not for the caller to see.",
    409: "Not possible in the present state.",
    410: "The time for this has passed.",
    413: "The body is too large.",
    422: "The Idempotency-Key was used with another body.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "A part of the system is away; try again.",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """Describe the error responses of an operation, for ``extend_schema(responses=…)``."""
    return {status: OpenApiResponse(ErrorBody, ERRORS[status]) for status in statuses}


class ApiSchema(AutoSchema):
    """Adds to every operation the responses that any operation can give."""

    def get_response_serializers(self) -> Any:
        """Return the declared responses plus 401, 429 and 503."""
        declared: Any = super().get_response_serializers()
        if not isinstance(declared, dict):
            return declared
        shared = errors(429, 503) if not self.get_auth() else errors(401, 429, 503)
        return {**shared, **declared}
