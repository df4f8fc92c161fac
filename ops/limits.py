"""Allowances per caller: who is counted as whom, how much they may ask for, and what they are told of it."""

import ipaddress
import math
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from microcred.api.exception_handler import error_body
from microcred.errors import Unavailable
from ops.token_buckets import Allowance, BucketStoreUnavailable, Limit, consume_token

if TYPE_CHECKING:
    # REST framework's views import this module while they are being imported themselves.
    from rest_framework.views import APIView

log = structlog.get_logger(__name__)
ALLOWANCE = "microcred.allowance"
ANONYMOUS = "anonymous"
IPV6_PREFIX = 64
PORT_NOTED = re.compile(r"(?:\[(?P<bracketed>[0-9a-fA-F:.]+)\]|(?P<plain>[0-9.]+))(?::[0-9]+)?")


def client_address(request: HttpRequest) -> str:
    """Return the caller's address, an IPv6 one cut to its /64 network.

    Behind TRUSTED_PROXY_COUNT proxies it is that many entries from the right of X-Forwarded-For, since
    everything further left was written by the caller. Anything that is not an address counts as the peer's.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")] if proxies else []
    claimed = hops[-proxies] if len(hops) >= proxies > 0 else peer
    return _network(claimed) or _network(peer) or "0.0.0.0"  # noqa: S104 - stands for an unknown peer


def _network(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(_without_port(text))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        network = ipaddress.ip_network((address.packed, IPV6_PREFIX), strict=False)
        return str(network.network_address)
    return str(address)


def _without_port(text: str) -> str:
    """Some proxies note ``192.0.2.1:5000`` or ``[2001:db8::1]:5000``; the port is another with every connection."""
    noted = PORT_NOTED.fullmatch(text)
    return noted["bracketed"] or noted["plain"] if noted else text


class RateLimiterUnavailable(Unavailable):
    """Requests of this kind are refused while nothing can count them."""

    default_code = "RATE_LIMIT_503"


class PolicyThrottle(BaseThrottle):
    """Apply settings.RATE_LIMITS: the view's ``throttle_scope``, else the caller's role, names the scope."""

    def __init__(self) -> None:
        self._allowance: Allowance | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Take one request from the caller's allowance; the outcome is kept for the response's headers."""
        if not settings.RATE_LIMITS_ENABLED:
            return True
        scope = _scope(request.user, getattr(view, "throttle_scope", None))
        try:
            self._allowance = _take(request._request, request.user, scope)
        except BucketStoreUnavailable as error:
            log.warning("requests_not_counted", scope=scope, error=str(error))
            if scope in settings.RATE_LIMITS_REFUSE_UNCOUNTED:
                raise RateLimiterUnavailable(
                    "Requests cannot be counted at the moment. Try again shortly."
                ) from None
            return True
        request._request.META[ALLOWANCE] = self._allowance
        return self._allowance.allowed

    def wait(self) -> float | None:
        """Return the seconds after which a refused request may be tried again."""
        return float(self._allowance.wait) if self._allowance else None


def seconds_to_wait(request: HttpRequest, scope: str) -> int:
    """Take a request from what this address may ask for, of pages that are everybody's; return the seconds to wait, 0
    for none."""
    if not settings.RATE_LIMITS_ENABLED:
        return 0
    try:
        return consume_token(f"{scope}:{client_address(request)}", settings.RATE_LIMITS[scope]).wait
    except BucketStoreUnavailable as error:
        log.warning("requests_not_counted", scope=scope, error=str(error))
        return 0


def _scope(user: Any, fixed: str | None) -> str:
    role = str(getattr(user, "role", "")) if user is not None and user.is_authenticated else ANONYMOUS
    return fixed or (role if role in settings.RATE_LIMITS else ANONYMOUS)


def _take(request: HttpRequest, user: Any, scope: str) -> Allowance:
    is_known = user is not None and user.is_authenticated
    own: int | None = getattr(user, "requests_per_minute", None)
    limits: Sequence[Limit] = [(own, 60)] if own else settings.RATE_LIMITS[scope]
    return consume_token(f"{scope}:{user.pk if is_known else client_address(request)}", limits)


class RateLimitHeaders:
    """Middleware: tell API callers what is left of their allowance, and count what no throttle saw.

    REST framework refuses what is not authenticated, not permitted or not acceptable before it throttles, and
    Django what has no address; such a request is counted here, for its caller if known, else for the address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to the response of a request that was counted."""
        response = self.get_response(request)
        allowance: Allowance | None = request.META.get(ALLOWANCE)
        if allowance is None and self._was_refused_uncounted(request, response):
            allowance = self._count(request)
            if allowance is not None and not allowance.allowed:
                body = error_body(request, "RATE_LIMIT_429", "Too many requests that had to be refused.")
                response = JsonResponse(body, status=HTTPStatus.TOO_MANY_REQUESTS)
        if allowance is not None:
            for name, value in allowance.headers().items():
                response.headers[name] = value
        return response

    def _was_refused_uncounted(self, request: HttpRequest, response: HttpResponse) -> bool:
        refused = HTTPStatus.BAD_REQUEST <= response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        return refused and request.path.startswith("/api/") and bool(settings.RATE_LIMITS_ENABLED)

    def _count(self, request: HttpRequest) -> Allowance | None:
        user = getattr(request, "user", None)
        # Whoever sent no valid token is nobody, even with a browser's session.
        known = user if getattr(request, "auth", None) is not None or hasattr(user, "scopes") else None
        try:
            return _take(request, known, _scope(known, None))
        except BucketStoreUnavailable as error:
            log.warning("requests_not_counted", scope=ANONYMOUS, error=str(error))
            return None


class PageLimits:
    """Middleware: hold whoever is logged in on the pages to the allowance that they have over the API, together."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, or ask for patience."""
        allowance = self._allowance(request)
        if allowance is None or allowance.allowed:
            return self.get_response(request)
        refusal = render(
            request,
            "429.html",
            {"minutes": math.ceil(allowance.wait / 60)},
            status=HTTPStatus.TOO_MANY_REQUESTS,
        )
        refusal.headers["Retry-After"] = str(allowance.wait)
        return refusal

    def _allowance(self, request: HttpRequest) -> Allowance | None:
        # Requests of the API carry no session, and must not be marked as depending on one.
        if not settings.RATE_LIMITS_ENABLED or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if request.path.startswith("/api/") or not request.user.is_authenticated:
            return None
        try:
            return _take(request, request.user, _scope(request.user, None))
        except BucketStoreUnavailable as error:
            log.warning("requests_not_counted", scope="pages", error=str(error))
            return None
