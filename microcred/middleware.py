"""What is done around every request."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from microcred.ids import uuid7

log = structlog.get_logger(__name__)
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContextMiddleware:
    """Give every request an id, bind it to the logs, answer with it, and write one line when it is done.

    A well-formed ``X-Request-ID`` of the caller is kept, so that one id follows a request through all parts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid7())
        request.META["microcred.request_id"] = request_id
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(correlation_id=request_id, service="web"):
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            if request.path.startswith("/api/"):
                response.headers.setdefault("Cache-Control", "no-store")
            log.info(
                "request",
                method=request.method,
                route=getattr(request.resolver_match, "route", None),
                status=response.status_code,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
        return response
