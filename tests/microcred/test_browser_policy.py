"""What pages let a browser load and run."""

import pytest
from django.test import Client

from tests.factories.accounts import AdminFactory, AdvisorFactory

pytestmark = pytest.mark.django_db


def policy(client: Client, path: str) -> dict[str, list[str]]:
    header = client.get(path).headers["Content-Security-Policy"]
    return {name: sources for name, *sources in (part.split() for part in header.split(";"))}


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(AdminFactory())
    return client


@pytest.mark.parametrize(
    "path",
    ["/login", "/start", "/advisor/", "/docs", "/no/such/page", "/health", "/api/v1/me", "/api/schema"],
)
def test_pages_run_only_what_comes_from_here(staff: Client, path: str) -> None:
    assert policy(staff, path) == {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/redoc"])
def test_the_exceptions_let_no_script_run_that_stands_in_a_page(staff: Client, path: str) -> None:
    allowed = policy(staff, path)

    assert "'unsafe-inline'" not in allowed["script-src"]
    assert allowed["default-src"] == ["'self'"]
    assert ("'unsafe-eval'" in allowed["script-src"]) == path.startswith("/admin/")


def test_pages_ask_for_nothing_of_the_device() -> None:
    client = Client()
    client.force_login(AdvisorFactory())

    assert "camera=()" in client.get("/advisor/").headers["Permissions-Policy"]
