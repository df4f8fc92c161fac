"""One place that turns every error into the API's error object."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error
from psycopg.errors import ReadOnlySqlTransaction
from rest_framework import exceptions
from rest_framework.response import Response

from microcred import errors

log = structlog.get_logger(__name__)
# Where programs ask, which cannot read pages.
FOR_MACHINES: Final = re.compile(r"/(api|health|metrics)(/|$)")
CODES = {
    400: "INVALID_400",
    401: "AUTH_401",
    403: "FORBIDDEN_403",
    404: "NOT_FOUND_404",
    405: "METHOD_405",
    406: "NOT_ACCEPTABLE_406",
    413: "TOO_LARGE_413",
    415: "MEDIA_TYPE_415",
    429: "RATE_LIMIT_429",
}


def error_body(
    request: HttpRequest | None, code: str, message: str, details: errors.Details | None = None
) -> dict[str, Any]:
    """Build the error object: error_code, message, details where there are any, request_id."""
    body: dict[str, Any] = {"error_code": code, "message": message}
    if details:
        body["details"] = details
    body["request_id"] = request.META.get("microcred.request_id", "") if request else ""
    return body


def handle_error(error: Exception, context: Mapping[str, Any]) -> Response:
    """Map an exception that a view raised to its response; nothing leaves as HTML or as a stack trace."""
    request = getattr(context.get("request"), "_request", None)
    if isinstance(error, errors.DomainError):
        return _domain_response(request, error)
    if isinstance(error, exceptions.ValidationError):
        return Response(
            error_body(request, CODES[400], "The request is not valid.", {"fields": error.detail}), status=400
        )
    if isinstance(error, exceptions.APIException):
        return _framework_response(request, error)
    if isinstance(error, Http404):
        return Response(error_body(request, CODES[404], "Not found."), status=404)
    if isinstance(error, PermissionDenied):
        return Response(error_body(request, CODES[403], "You may not do this."), status=403)
    if isinstance(error, RequestDataTooBig):
        return Response(error_body(request, CODES[413], "The request body is too large."), status=413)
    if isinstance(error, SuspiciousOperation):
        return Response(error_body(request, CODES[400], "The request is malformed."), status=400)
    return _unforeseen_response(request, error)


def _domain_response(request: HttpRequest | None, error: errors.DomainError) -> Response:
    headers = {}
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unavailable):
        headers["Retry-After"] = "5"
    if isinstance(error, errors.Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    body = error_body(request, error.code, error.message, error.details)
    return Response(body, status=error.status, headers=headers)


def _framework_response(request: HttpRequest | None, error: exceptions.APIException) -> Response:
    headers = {}
    wait = getattr(error, "wait", None)  # set by DRF on Throttled alone
    if wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    detail = error.detail
    message = str(detail.get("detail", "The request failed.")) if isinstance(detail, dict) else str(detail)
    code = CODES.get(error.status_code, f"ERROR_{error.status_code}")
    return Response(error_body(request, code, message), status=error.status_code, headers=headers)


def _is_read_only(error: Exception) -> bool:
    """Whether the database takes no writes, as a standby that was asked by mistake or during a change-over."""
    return isinstance(error, InternalError) and isinstance(error.__cause__, ReadOnlySqlTransaction)


def _unforeseen_response(request: HttpRequest | None, error: Exception) -> Response:
    if isinstance(error, DataError):
        log.error("value_reached_database", error=type(error).__name__)
        return Response(error_body(request, CODES[400], "A value cannot be stored."), status=400)
    if isinstance(error, OperationalError | InterfaceError) or _is_read_only(error):
        log.error("database_unavailable", error=type(error).__name__)
        body = error_body(request, "UNAVAILABLE_503", "The database cannot be reached. Try again shortly.")
        return Response(body, status=503, headers={"Retry-After": "5"})
    log.exception("unforeseen_error", error=type(error).__name__)
    return Response(error_body(request, "INTERNAL_500", "Something went wrong on our side."), status=500)


def _is_for_machines(request: HttpRequest) -> bool:
    return FOR_MACHINES.match(request.path) is not None


def method_not_allowed(request: HttpRequest, allowed: str) -> JsonResponse:
    """Answer a method that an address does not take, which is none of REST framework's; ``allowed`` has those it takes,
    with commas."""
    body = error_body(request, CODES[405], f'Method "{request.method}" not allowed.')
    return JsonResponse(body, status=405, headers={"Allow": allowed})


def not_found(request: HttpRequest, exception: Exception) -> Any:
    """Answer an unknown address: the error object to machines, a page to people."""
    if _is_for_machines(request):
        return JsonResponse(error_body(request, CODES[404], "Not found."), status=404)
    return page_not_found(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> Any:
    """Answer a refused request: the error object to machines, a page to people."""
    if _is_for_machines(request):
        return JsonResponse(error_body(request, CODES[403], "You may not do this."), status=403)
    return permission_denied(request, exception)


def malformed(request: HttpRequest, exception: Exception) -> Any:
    """Answer a request that Django refused before any view saw it."""
    if _is_for_machines(request):
        return JsonResponse(error_body(request, CODES[400], "The request is malformed."), status=400)
    return bad_request(request, exception)


def failed(request: HttpRequest) -> Any:
    """Answer a request during which something broke outside the API's own views."""
    if _is_for_machines(request):
        return JsonResponse(
            error_body(request, "INTERNAL_500", "Something went wrong on our side."), status=500
        )
    return server_error(request)
