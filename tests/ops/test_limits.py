"""Allowances: exact, per caller, told in headers."""

import threading
from multiprocessing.pool import ThreadPool

import pytest
from django.conf import LazySettings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.request import Request
from rest_framework.views import APIView

from ops.limits import Allowance, PolicyThrottle, RateLimitHeaders, client_address, take
from ops.models import RateBucket

HOUR = 3600


@pytest.mark.django_db
def test_bucket_empties_one_by_one_and_then_refuses() -> None:
    outcomes = [take("student:1", [(3, HOUR)]) for _ in range(4)]

    assert [outcome.allowed for outcome in outcomes] == [True, True, True, False]
    assert [outcome.remaining for outcome in outcomes] == [2, 1, 0, 0]
    assert outcomes[3].limit == 3
    assert 1190 <= outcomes[3].wait <= 1200


@pytest.mark.django_db
def test_bucket_fills_up_with_time() -> None:
    for _ in range(60):
        take("student:1", [(60, 60)])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rate_buckets SET refilled_at = refilled_at - interval '10 seconds'")

    outcomes = [take("student:1", [(60, 60)]).allowed for _ in range(11)]

    assert outcomes == [True] * 10 + [False]


@pytest.mark.django_db
def test_refused_request_costs_nothing_in_any_bucket() -> None:
    policy = [(2, HOUR), (100, HOUR)]
    for _ in range(10):
        take("student:1", policy)

    short, long = RateBucket.objects.get().tokens

    assert short == pytest.approx(0, abs=0.1)
    assert long == pytest.approx(98, abs=0.2)


@pytest.mark.django_db
def test_scarcest_limit_is_the_one_that_is_told() -> None:
    policy = [(100, HOUR), (5, HOUR)]

    assert take("student:1", policy) == Allowance(allowed=True, limit=5, remaining=4, reset=720, wait=0)


@pytest.mark.django_db
def test_policy_with_another_number_of_limits_starts_the_new_bucket_full() -> None:
    take("student:1", [(10, HOUR)])

    assert take("student:1", [(10, HOUR), (2, HOUR)]).remaining == 1
    assert take("student:1", [(10, HOUR)]).remaining == 7


@pytest.mark.django_db
def test_callers_do_not_share() -> None:
    assert [take(f"student:{caller}", [(1, HOUR)]).allowed for caller in (1, 2)] == [True, True]


@pytest.mark.django_db(transaction=True)
def test_of_400_requests_of_8_connections_at_once_exactly_50_pass() -> None:
    barrier = threading.Barrier(8)

    def try_fifty(_: int) -> int:
        barrier.wait()
        allowed = sum(take("student:1", [(50, 24 * HOUR)]).allowed for _ in range(50))
        connection.close()
        return allowed

    with ThreadPool(8) as pool:
        assert sum(pool.map(try_fifty, range(8), chunksize=1)) == 50


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "not an address", "10.0.0.1"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "", "", "0.0.0.0"),
    ],
)
def test_address_is_the_one_that_the_caller_cannot_choose(
    settings: LazySettings, proxies: int, peer: str, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    request.META["REMOTE_ADDR"] = peer

    assert client_address(request) == address


def answer(request: HttpRequest, scope: str | None = None, role: str | None = None) -> HttpResponse:
    """Send a request through the throttle and the middleware, as REST framework would."""
    wrapped = Request(request)
    wrapped.user = get_user_model()(role=role) if role else AnonymousUser()
    view = APIView()
    if scope:
        view.throttle_scope = scope  # type: ignore[attr-defined]

    def respond(_: HttpRequest) -> HttpResponse:
        allowed = PolicyThrottle().allow_request(wrapped, view)
        return HttpResponse(status=200 if allowed else 429)

    return RateLimitHeaders(respond)(request)


@pytest.mark.django_db
def test_headers_tell_what_is_left_and_when_to_come_back(settings: LazySettings) -> None:
    settings.RATE_LIMITS_ENABLED = True
    settings.RATE_LIMITS = {"anonymous": [(2, HOUR)], "student": [(5, HOUR)], "token": [(1, HOUR)]}
    get = RequestFactory().get

    first, _, third = (answer(get("/api/v1/me")) for _ in range(3))

    assert (first.status_code, first["RateLimit-Limit"], first["RateLimit-Remaining"]) == (200, "2", "1")
    assert "Retry-After" not in first
    assert (third.status_code, third["RateLimit-Remaining"]) == (429, "0")
    assert 1790 <= int(third["Retry-After"]) <= 1800
    assert answer(get("/api/v1/me"), role="student")["RateLimit-Limit"] == "5"
    assert answer(get("/api/v1/auth/token"), scope="token")["RateLimit-Limit"] == "1"


@pytest.mark.django_db
def test_nothing_is_counted_where_limits_are_off() -> None:
    response = answer(RequestFactory().get("/api/v1/me"))

    assert "RateLimit-Limit" not in response
    assert not RateBucket.objects.exists()


@pytest.mark.django_db
def test_requests_without_a_valid_token_are_limited_by_address(settings: LazySettings) -> None:
    settings.RATE_LIMITS_ENABLED = True
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": [(2, HOUR)]}
    client = Client(REMOTE_ADDR="203.0.113.9")

    replies = [client.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"}) for _ in range(3)]

    assert [reply.status_code for reply in replies] == [401, 401, 429]
    assert [reply.headers["RateLimit-Remaining"] for reply in replies] == ["1", "0", "0"]
    assert replies[2].json()["error_code"] == "RATE_LIMIT_429"
    assert int(replies[2].headers["Retry-After"]) > 1700
