"""Allowances: exact, per caller, told in headers."""

import pytest
from django.conf import LazySettings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from rest_framework.request import Request
from rest_framework.views import APIView

from ops.limits import PolicyThrottle, RateLimitHeaders, client_address
from ops.models import RateBucket
from tests.clients import client_of
from tests.factories.accounts import AdvisorFactory, UserFactory

HOUR = 3600


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "not an address", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.9, 198.51.100.7:50123", "198.51.100.7"),
        (1, "10.0.0.1", "[2001:db8:1:2:3:4:5:6]:50123", "2001:db8:1:2::"),
        (1, "10.0.0.1", "[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::"),
        (1, "10.0.0.1", "[198.51.100.7", "10.0.0.1"),
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
    assert replies[2].headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in replies[2].headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_what_is_refused_before_it_could_be_counted_is_counted_for_its_caller(settings: LazySettings) -> None:
    settings.RATE_LIMITS_ENABLED = True
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "student": [(2, HOUR)], "anonymous": [(2, HOUR)]}
    student = client_of(UserFactory())

    forbidden = [student.post("/api/v1/overrides", {}, format="json") for _ in range(3)]
    strangers = [Client(REMOTE_ADDR="203.0.113.9").get("/api/v1/nowhere") for _ in range(3)]

    assert [reply.status_code for reply in forbidden] == [403, 403, 429]
    assert [reply.headers["RateLimit-Remaining"] for reply in forbidden] == ["1", "0", "0"]
    assert [reply.status_code for reply in strangers] == [404, 404, 429]
    assert client_of(UserFactory()).get("/api/v1/me").status_code == 200


@pytest.mark.django_db
def test_the_pages_count_for_whoever_is_logged_in_beside_the_api(settings: LazySettings) -> None:
    settings.RATE_LIMITS_ENABLED = True
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "advisor": [(3, HOUR)]}
    advisor, visitor = AdvisorFactory(), Client()
    page = Client()
    page.force_login(advisor)

    statuses = [page.get("/advisor/").status_code for _ in range(2)]
    over_the_api = client_of(advisor).get("/api/v1/me").status_code
    refused = page.get("/advisor/")

    assert (statuses, over_the_api, refused.status_code) == ([200, 200], 200, 429)
    assert 1100 <= int(refused.headers["Retry-After"]) <= 1200
    assert "about 20 minutes" in refused.content.decode()
    assert {visitor.get("/login").status_code for _ in range(5)} == {200}


@pytest.mark.django_db
def test_while_nothing_counts_tokens_wait_and_everything_else_passes(settings: LazySettings) -> None:
    settings.RATE_LIMITS_ENABLED = True
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    student = client_of(UserFactory())

    passed = student.get("/api/v1/me")
    refused = Client().post("/api/v1/auth/token", {}, content_type="application/json")
    stranger = Client().get("/api/v1/me")

    assert (passed.status_code, "RateLimit-Limit" in passed.headers) == (200, False)
    assert (refused.status_code, refused.json()["error_code"]) == (503, "RATE_LIMIT_503")
    assert refused.headers["Retry-After"] == "5"
    assert stranger.status_code == 401
