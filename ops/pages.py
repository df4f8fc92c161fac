"""Health and metrics for machines."""

import ipaddress
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt  # noqa: TID251 - these only read, and no form leads here
from prometheus_client import CONTENT_TYPE_LATEST

from microcred.api.exception_handler import error_body, method_not_allowed
from ops import health, metrics

BEARER: Final = re.compile(r"^bearer ", re.IGNORECASE)  # schemes have no case: RFC 9110, 11.1
Page = Callable[[HttpRequest], HttpResponse]


def only_read(page: Page) -> Page:
    """Let an address be read, which no cache keeps; any other method is answered as the API does."""

    @csrf_exempt
    @never_cache
    @wraps(page)
    def answered(request: HttpRequest) -> HttpResponse:
        return (
            page(request) if request.method in ("GET", "HEAD") else method_not_allowed(request, "GET, HEAD")
        )

    return answered


@only_read
def live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@only_read
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served: 200, or 503 when the database or its schema is not there."""
    outcome = health.readiness()
    body = {"status": outcome.status, "checks": outcome.checks}
    response = JsonResponse(body, status=200 if outcome.ready else 503)
    if not outcome.ready:
        response.headers["Retry-After"] = "5"
    return response


@only_read
def prometheus(request: HttpRequest) -> HttpResponse:
    """Give the gauges to whoever has METRICS_TOKEN; without one set, to this machine only."""
    if not _may_scrape(request):
        return JsonResponse(error_body(request, "FORBIDDEN_403", "Not for you."), status=403)
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = BEARER.sub("", request.headers.get("Authorization", ""))
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
