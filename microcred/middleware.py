"""What is done around every request."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import InvalidPage
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse

from microcred import request_metrics
from microcred.api.exception_handler import error_body, malformed
from microcred.ids import request_id
from microcred.logging import CALLER
from microcred.tracing import trace_of

log = structlog.get_logger(__name__)
ADMIN = "/admin/"
NO_VALUES = (DataError, InvalidPage, OverflowError, ValueError, ValidationError)


class RequestContextMiddleware:
    """Give every request an id, bind it to the logs, answer with it, and write one line when it is done.

    A well-formed ``X-Request-ID`` of the caller is kept, so that one id follows a request through all parts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        given_or_new = request_id(request.headers.get("X-Request-ID", ""))
        request.META["microcred.request_id"] = given_or_new
        started = time.perf_counter()
        trace = trace_of(request.headers.get("traceparent", ""))
        with structlog.contextvars.bound_contextvars(
            correlation_id=given_or_new, service="web", component="web", **trace
        ):
            response = self.get_response(request)
            response.headers["X-Request-ID"] = given_or_new
            if request.path.startswith("/api/"):
                response.headers.setdefault("Cache-Control", "no-store")
            seconds = time.perf_counter() - started
            request_metrics.observe_request(request, response, seconds)
            log.info(
                "request",
                method=request.method,
                route=getattr(request.resolver_match, "route", None),
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
                **({"caller": request.META[CALLER]} if CALLER in request.META else {}),
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> None:
        """Name what answers in every line from here on; who answered before the view was found is named ``web``."""
        structlog.contextvars.bind_contextvars(component=view.__module__)


class RequireHttpsMiddleware:
    """Refuse requests of the API that came unencrypted where the product is deployed.

    Browsers are redirected by Django; a program would follow a redirect without anybody noticing that its token
    went over the wire in the clear first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, or refuse."""
        if settings.SECURE_SSL_REDIRECT and request.path.startswith("/api/") and not request.is_secure():
            body = error_body(request, "HTTPS_403", "Use https. Change what you sent: it was not encrypted.")
            return JsonResponse(body, status=403)
        return self.get_response(request)


class InvalidLookupMiddleware:
    """Answer 400 where the address of a page of the administration asks for a value that no row can have.

    The admin's lists take a look-up from the address, and find out only when they ask the database that a text holds
    NUL, a year is past all calendars, or an id is none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the answer to such an address, None for any other failure."""
        is_asking = request.method == "GET" and bool(request.GET) and request.path.startswith(ADMIN)
        if not is_asking or not isinstance(exception, NO_VALUES):
            return None
        log.warning("address_looks_up_no_value", error=type(exception).__name__)
        refusal: HttpResponse = malformed(request, exception)
        return refusal
