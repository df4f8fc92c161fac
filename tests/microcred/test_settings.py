"""Settings that callers notice."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
SITE = "https://app.example.org"


def test_a_page_of_an_allowed_site_may_send_and_read_the_headers_of_this_api(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SITE]

    asked = Client().options(
        "/api/v1/assessments/start",
        headers={"Origin": SITE, "Access-Control-Request-Method": "POST"},
    )
    answered = Client().get("/api/v1/me", headers={"Origin": SITE})

    assert asked["Access-Control-Allow-Origin"] == SITE
    allowed = {name.strip() for name in asked["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key", "x-request-id"} <= allowed
    exposed = {name.strip() for name in answered["Access-Control-Expose-Headers"].split(",")}
    assert {"Idempotency-Replayed", "Retry-After", "RateLimit-Remaining", "X-Request-ID"} <= exposed


def test_no_other_site_may(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SITE]

    answered = Client().get("/api/v1/me", headers={"Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in answered
