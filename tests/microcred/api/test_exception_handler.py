"""Every kind of error has one status, one code and one shape; nothing leaves as a page or with a trace."""

import logging
from typing import Any

import pytest
from django.test import Client

from microcred import errors
from microcred.api import exception_handler
from tests.microcred.api.failing import FAILURES, SECRET

pytestmark = [pytest.mark.urls("tests.microcred.api.failing"), pytest.mark.django_db]
REQUEST_ID = "request-0001"
# name: status, code, headers
EXPECTED: dict[str, tuple[int, str, dict[str, str]]] = {
    "invalid": (400, "INVALID_400", {}),
    "unauthorized": (401, "AUTH_401", {"WWW-Authenticate": 'Bearer realm="api"'}),
    "forbidden": (403, "FORBIDDEN_403", {}),
    "missing": (404, "NOT_FOUND_404", {}),
    "conflict": (409, "ASSESSMENT_409", {}),
    "gone": (410, "GONE_410", {}),
    "changed-meanwhile": (412, "VERSION_412", {}),
    "too-large": (413, "TOO_LARGE_413", {}),
    "unprocessable": (422, "UNPROCESSABLE_422", {}),
    "too-many": (429, "RATE_LIMIT_429", {"Retry-After": "17"}),
    "unavailable": (503, "UNAVAILABLE_503", {"Retry-After": "5"}),
    "kindless": (500, "INTERNAL_500", {}),
    "validation": (400, "INVALID_400", {}),
    "not-authenticated": (401, "AUTH_401", {"WWW-Authenticate": 'Bearer realm="api"'}),
    "throttled": (429, "RATE_LIMIT_429", {"Retry-After": "2"}),
    "media-type": (415, "MEDIA_TYPE_415", {}),
    "not-acceptable": (406, "NOT_ACCEPTABLE_406", {}),
    "teapot": (418, "ERROR_418", {}),
    "http404": (404, "NOT_FOUND_404", {}),
    "permission-denied": (403, "FORBIDDEN_403", {}),
    "data": (400, "INVALID_400", {}),
    "operational": (503, "UNAVAILABLE_503", {"Retry-After": "5"}),
    "interface": (503, "UNAVAILABLE_503", {"Retry-After": "5"}),
    "integrity": (500, "INTERNAL_500", {}),
    "unforeseen": (500, "INTERNAL_500", {}),
    "suspicious": (400, "INVALID_400", {}),
    "data-too-big": (413, "TOO_LARGE_413", {}),
}


@pytest.fixture
def client() -> Client:
    """A client that gets the response that a caller gets."""
    return Client(raise_request_exception=False, headers={"X-Request-ID": REQUEST_ID})


def test_every_failure_is_expected_somewhere_here() -> None:
    assert EXPECTED.keys() == FAILURES.keys()
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert {kind for kind in kinds if issubclass(kind, errors.DomainError)} <= {
        type(failure) for failure in FAILURES.values()
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_a_failure_has_its_status_code_and_headers(client: Client, name: str) -> None:
    status, code, headers = EXPECTED[name]

    reply = client.get(f"/api/v1/fail/{name}")

    body = reply.json()
    assert (reply.status_code, body["error_code"]) == (status, code)
    assert {header: reply.headers[header] for header in headers} == headers
    assert (body["request_id"], reply.headers["X-Request-ID"]) == (REQUEST_ID, REQUEST_ID)
    assert reply.headers["Content-Type"] == "application/json"
    assert set(body) - {"details"} == {"error_code", "message", "request_id"}
    assert not {"Retry-After", "WWW-Authenticate"} - set(headers) & set(reply.headers)


@pytest.mark.parametrize("name", EXPECTED)
def test_no_failure_quotes_what_was_sent_or_shows_a_trace(
    client: Client, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    reply = client.get(f"/api/v1/fail/{name}")

    text = reply.content.decode()
    assert SECRET not in text
    assert "Traceback" not in text
    assert "<" not in text


def test_details_are_passed_on() -> None:
    assert exception_handler.error_body(None, "A_400", "No.", {"field": "role_id"}) == {
        "error_code": "A_400",
        "message": "No.",
        "details": {"field": "role_id"},
        "request_id": "",
    }
    assert "details" not in exception_handler.error_body(None, "A_400", "No.", {})


def test_a_validation_error_names_the_fields(client: Client) -> None:
    assert client.get("/api/v1/fail/validation").json()["details"] == {
        "fields": {"page": ["A valid integer is required."]}
    }


def test_an_unforeseen_error_is_logged_with_its_type(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        client.get("/api/v1/fail/unforeseen")
        client.get("/api/v1/fail/operational")

    events: list[dict[str, Any]] = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(event["event"], event["error"]) for event in events] == [
        ("unforeseen_error", "ZeroDivisionError"),
        ("database_unavailable", "OperationalError"),
    ]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("http404", 404, "NOT_FOUND_404"),
        ("permission-denied", 403, "FORBIDDEN_403"),
        ("suspicious", 400, "INVALID_400"),
        ("unforeseen", 500, "INTERNAL_500"),
    ],
)
def test_below_api_even_djangos_own_errors_are_json_and_elsewhere_a_page(
    client: Client, name: str, status: int, code: str
) -> None:
    api, page = client.get(f"/api/v1/plain/{name}"), client.get(f"/pages/{name}")

    assert (api.status_code, api.json()["error_code"]) == (status, code)
    assert page.status_code == status
    assert page.headers["Content-Type"].startswith("text/html")
    for reply in (api, page):
        assert SECRET not in reply.content.decode()


def test_unknown_addresses_and_unknown_hosts_below_api_are_json(client: Client) -> None:
    assert client.get("/api/v1/nowhere").json()["error_code"] == "NOT_FOUND_404"
    assert client.get("/api/nowhere/").json()["error_code"] == "NOT_FOUND_404"
    assert (
        client.get("/api/v1/fail/x", headers={"Host": "evil.example"}).json()["error_code"] == "INVALID_400"
    )
    assert client.put("/api/v1/fail/missing").json()["error_code"] == "METHOD_405"


@pytest.mark.parametrize("address", ["/api", "/health/", "/health/nowhere", "/metrics/"])
def test_so_are_those_of_machines_that_are_not_there(client: Client, address: str) -> None:
    answer = client.post(address)

    assert answer.status_code == 404
    assert answer.json() == {
        "error_code": "NOT_FOUND_404", "message": "Not found.", "request_id": REQUEST_ID,
    }  # fmt: skip


@pytest.mark.parametrize("address", ["/apiary", "/healthy", "/metricses"])
def test_people_get_a_page(client: Client, address: str) -> None:
    assert client.get(address)["Content-Type"].startswith("text/html")


def test_only_json_is_read(client: Client) -> None:
    form = client.post("/api/v1/fail/x", {"a": "b"})
    html_wanted = client.get("/api/v1/fail/missing", headers={"Accept": "text/html"})

    assert (form.status_code, form.json()["error_code"]) == (415, "MEDIA_TYPE_415")
    assert (html_wanted.status_code, html_wanted.json()["error_code"]) == (406, "NOT_ACCEPTABLE_406")
