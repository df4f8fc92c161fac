"""Allowances per caller: token buckets in the database, exact with any number of processes."""

import ipaddress
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from microcred.api.handler import error_body

if TYPE_CHECKING:
    # REST framework's views import this module while they are being imported themselves.
    from rest_framework.views import APIView

Limit = tuple[int, int]
ALLOWANCE = "microcred.allowance"
ANONYMOUS = "anonymous"
IPV6_PREFIX = 64
# One statement takes one token from every bucket of the caller, or none from any. Buckets fill up steadily
# to their capacity; the row is locked while its new contents are computed.
_TAKE = """
INSERT INTO rate_buckets AS bucket (key, tokens, allowed, refilled_at)
VALUES (
    %(key)s,
    (SELECT array_agg(size - 1 ORDER BY place)
     FROM unnest(%(sizes)s::float8[]) WITH ORDINALITY AS full_bucket (size, place)),
    true,
    clock_timestamp()
)
ON CONFLICT (key) DO UPDATE SET (tokens, allowed, refilled_at) = (
    SELECT array_agg(CASE WHEN lowest >= 1 THEN filled - 1 ELSE filled END ORDER BY place),
           bool_and(lowest >= 1),
           clock_timestamp()
    FROM (
        SELECT place, filled, min(filled) OVER () AS lowest
        FROM (
            SELECT place, least(
                size,
                coalesce(held, size)
                + greatest(extract(epoch FROM clock_timestamp() - bucket.refilled_at), 0) * size / period
            ) AS filled
            FROM unnest(bucket.tokens, %(sizes)s::float8[], %(periods)s::float8[])
                 WITH ORDINALITY AS limits (held, size, period, place)
            WHERE size IS NOT NULL
        ) AS refilled
    ) AS judged
)
RETURNING allowed, tokens
"""


@dataclass(frozen=True)
class Allowance:
    """What one caller may still do under the limit that is nearest to being used up.

    ``remaining`` requests are left of ``limit``; the bucket is full again in ``reset`` seconds. ``wait`` is
    the seconds until the next request passes, 0 when it passes now.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: int
    wait: int

    def headers(self) -> dict[str, str]:
        """Return the headers that tell the caller."""
        headers = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return headers if self.allowed else headers | {"Retry-After": str(self.wait)}


def take(caller: str, limits: Sequence[Limit]) -> Allowance:
    """Take one request from every bucket of ``caller``, or none if one of them is empty.

    ``limits`` are (requests, seconds in which they come back).
    """
    sizes = [float(size) for size, _ in limits]
    periods = [float(period) for _, period in limits]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": caller[:200], "sizes": sizes, "periods": periods})
        allowed, tokens = cursor.fetchone()
    return judge(limits, tokens, allowed=allowed)


def judge(limits: Sequence[Limit], tokens: Sequence[float], *, allowed: bool) -> Allowance:
    """Turn what is left in the buckets into the allowance of the scarcest limit."""
    waits = [max(0.0, 1 - left) * period / size for left, (size, period) in zip(tokens, limits, strict=True)]
    scarcest = min(range(len(limits)), key=lambda place: (-waits[place], tokens[place]))
    size, period = limits[scarcest]
    left = tokens[scarcest]
    return Allowance(
        allowed=allowed,
        limit=size,
        remaining=max(0, math.floor(left)),
        reset=math.ceil((size - left) * period / size),
        wait=0 if allowed else max(1, math.ceil(waits[scarcest])),
    )


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
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        network = ipaddress.ip_network((address.packed, IPV6_PREFIX), strict=False)
        return str(network.network_address)
    return str(address)


class PolicyThrottle(BaseThrottle):
    """Apply settings.RATE_LIMITS: the view's ``throttle_scope``, else the caller's role, names the scope."""

    def __init__(self) -> None:
        self._allowance: Allowance | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Take one request from the caller's allowance; the outcome is kept for the response's headers."""
        if not settings.RATE_LIMITS_ENABLED:
            return True
        scope, caller = _caller(request, getattr(view, "throttle_scope", None))
        self._allowance = take(f"{scope}:{caller}", _limits(request, scope))
        request._request.META[ALLOWANCE] = self._allowance
        return self._allowance.allowed

    def wait(self) -> float | None:
        """Return the seconds after which a refused request may be tried again."""
        return float(self._allowance.wait) if self._allowance else None


def _caller(request: Request, fixed_scope: str | None) -> tuple[str, str]:
    user: Any = request.user
    is_known = bool(user and user.is_authenticated)
    caller = str(user.pk) if is_known else client_address(request._request)
    if fixed_scope:
        return fixed_scope, caller
    role = str(getattr(user, "role", "")) if is_known else ANONYMOUS
    return (role if role in settings.RATE_LIMITS else ANONYMOUS), caller


def _limits(request: Request, scope: str) -> Sequence[Limit]:
    own: int | None = getattr(request.user, "requests_per_minute", None)
    policy: Sequence[Limit] = settings.RATE_LIMITS[scope]
    return [(own, 60)] if own else policy


class RateLimitHeaders:
    """Middleware: tell API callers what is left of their allowance, and limit those whom nobody knows.

    REST framework authenticates before it throttles, so a request that is refused for want of a valid token
    reaches no throttle; it is counted here, for its address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to the response of a request that was counted."""
        response = self.get_response(request)
        allowance: Allowance | None = request.META.get(ALLOWANCE)
        if allowance is None and self._is_unknown(request, response):
            allowance = take(f"{ANONYMOUS}:{client_address(request)}", settings.RATE_LIMITS[ANONYMOUS])
            if not allowance.allowed:
                body = error_body(request, "RATE_LIMIT_429", "Too many requests without a valid token.")
                response = JsonResponse(body, status=HTTPStatus.TOO_MANY_REQUESTS)
        if allowance is not None:
            for name, value in allowance.headers().items():
                response.headers[name] = value
        return response

    def _is_unknown(self, request: HttpRequest, response: HttpResponse) -> bool:
        refused = response.status_code == HTTPStatus.UNAUTHORIZED and request.path.startswith("/api/")
        return refused and bool(settings.RATE_LIMITS_ENABLED)
