"""How requests and answers travel where the product is deployed, and what no environment answers."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

NAMES = (
    "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "ALLOWED_HOSTS",
    "SECURE_REDIRECT_EXEMPT",
)  # fmt: skip


def told(names: tuple[str, ...], **environment: str) -> dict[str, Any]:
    """Return the settings as a process with these variables reads them."""
    read = f"{{name: getattr(settings_transport, name) for name in {names}}}"
    script = f"import json; from microcred import settings_transport; print(json.dumps({read}))"
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("ALLOWED_HOSTS", "CORS_ALLOWED_ORIGINS", "PUBLIC_URL", "PORT")
    }
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=settings.BASE_DIR,
        env=kept | environment,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_deployed_everything_goes_over_https_in_cookies_of_this_host_alone() -> None:
    assert told(NAMES, ENVIRONMENT="production") == {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "ALLOWED_HOSTS": [],
        "SECURE_REDIRECT_EXEMPT": ["^health", "^metrics$", "^api/"],
    }


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://127.0.0.1:8000"),
        ("campus.example.edu", "http://campus.example.edu:8000"),
    ],
)
def test_links_in_letters_lead_to_an_address_that_a_browser_can_go_to(host: str, address: str) -> None:
    assert told(("PUBLIC_URL",), ENVIRONMENT="local", HOST=host) == {"PUBLIC_URL": address}


@pytest.mark.django_db
def test_every_cookie_is_out_of_reach_of_scripts_and_of_other_sites() -> None:
    client = Client()
    client.get("/login")
    client.post("/logout")
    client.get("/login/code", follow=True)

    assert set(client.cookies) == {"csrftoken", "sessionid"}
    for cookie in client.cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
            True,
            "Lax",
            "/",
            "",
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/static/", "/static/try-answer.js/", "/.git/config", "/static/../manage.py"]
)
def test_no_folder_is_listed_and_nothing_beside_the_static_files_is_served(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/auth/token", "/health", "/login", "/no/such/page"])
def test_no_request_is_echoed(path: str) -> None:
    reply = Client().trace(path, headers={"X-Secret": "do not echo"})

    assert reply.status_code in (401, 404, 405)
    assert "do not echo" not in reply.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/login", "/api/v1/me", "/health", "/no/such/page", "/api/v1/nowhere", "/docs"]
)
def test_every_answer_says_what_it_is_and_is_not_guessed_at(path: str) -> None:
    reply = Client().get(path)

    kind = reply.headers["Content-Type"]
    assert kind == "application/json" or kind.endswith("charset=utf-8")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "same-origin"
    assert reply.headers["X-Frame-Options"] == "DENY"
