"""Around every request: an id, no caching of what the API says, and one line in the log."""

import logging
import re
import uuid
from typing import Any

import pytest
import structlog
from django.test import Client
from pytest_django.fixtures import Settings

from ops.admin import AsyncJobAdmin
from tests.clients import client_of
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db


def line_of(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (event,) = [
        record.msg
        for record in caplog.records
        if isinstance(record.msg, dict) and record.msg["event"] == "request"
    ]
    return event


@pytest.mark.parametrize("given", ["request-0001", "a.b_c-d8", "x" * 64])
def test_a_well_formed_id_of_the_caller_is_kept(given: str) -> None:
    reply = Client().get("/api/v1/nowhere", headers={"X-Request-ID": given})

    assert (reply.headers["X-Request-ID"], reply.json()["request_id"]) == (given, given)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space 1", "new\\nline-123", "<script>alert"])
def test_any_other_id_is_replaced(given: str) -> None:
    reply = Client().get("/api/v1/nowhere", headers={"X-Request-ID": given} if given else {})

    made = reply.headers["X-Request-ID"]
    assert uuid.UUID(made).version == 7
    assert reply.json()["request_id"] == made


def test_what_the_api_says_is_not_cached_and_pages_decide_for_themselves() -> None:
    assert Client().get("/api/v1/nowhere").headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in Client().get("/docs").headers


def test_a_request_leaves_one_line_with_its_route_and_without_what_was_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        Client().get(
            "/api/v1/catalog/credentials?search=secret-words", headers={"X-Request-ID": "request-0001"}
        )

    line = line_of(caplog)
    assert (line["method"], line["route"], line["status"]) == ("GET", "api/v1/catalog/credentials", 401)
    assert (line["correlation_id"], line["service"]) == ("request-0001", "web")
    assert line["milliseconds"] > 0
    assert "secret-words" not in str(line)


def test_a_request_for_nothing_known_is_logged_without_its_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        Client().get("/reset/ada@example.org/token")

    line = line_of(caplog)
    assert (line["route"], line["status"]) == (None, 404)
    assert not re.search("ada|token", str(line))


def test_nothing_of_a_request_stays_bound_after_it() -> None:
    Client().get("/health", headers={"X-Request-ID": "request-0001"})

    assert "correlation_id" not in structlog.contextvars.get_contextvars()


def test_the_line_names_who_called_by_their_id(caplog: pytest.LogCaptureFixture) -> None:
    student, advisor = UserFactory(), AdvisorFactory()
    page = Client()
    page.force_login(advisor)
    api = client_of(student)
    with caplog.at_level(logging.INFO):
        api.get("/api/v1/me")
    called = line_of(caplog)["caller"]
    caplog.clear()
    with caplog.at_level(logging.INFO):
        page.get("/advisor/")

    assert (called, line_of(caplog)["caller"]) == (str(student.pk), str(advisor.pk))


class TestUnencrypted:
    @pytest.fixture(autouse=True)
    def deployed(self, settings: Settings) -> None:
        settings.SECURE_SSL_REDIRECT = True

    def test_pages_lead_to_https_and_the_api_refuses(self) -> None:
        page, api = Client().get("/login"), Client().get("/api/v1/me")

        assert (page.status_code, page["Location"]) == (301, "https://testserver/login")
        assert (api.status_code, api.json()["error_code"]) == (403, "HTTPS_403")
        assert "Location" not in api.headers

    def test_encrypted_requests_pass(self) -> None:
        assert Client().get("/api/v1/me", secure=True).status_code == 401


def admins_browser() -> Client:
    """A browser that is answered as in production, whatever fails."""
    browser = Client(raise_request_exception=False)
    browser.force_login(AdminFactory())
    return browser


class TestAddressesOfTheAdministration:
    @pytest.mark.parametrize(
        "address",
        [
            pytest.param("/admin/ops/asyncjob/?status__exact=%00", id="a text that cannot be stored"),
            pytest.param("/admin/ops/auditlog/?created_at__year=99999", id="a year past all calendars"),
            pytest.param("/admin/scoring/modelcall/?month__gte=0000-13-77", id="a day that is none"),
            pytest.param("/admin/assessments/assessment/?user__id__exact=%00", id="an id that is none"),
            pytest.param("/admin/catalog/credential/?q=%00", id="words that cannot be stored"),
            pytest.param("/admin/search/?s=a&page=x", id="a page that is none"),
        ],
    )
    def test_a_look_up_of_no_value_is_no_failure_of_ours(self, address: str) -> None:
        assert admins_browser().get(address, follow=True).status_code in {200, 400}

    def test_other_failures_stay_failures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr(AsyncJobAdmin, "get_queryset", fail)
        assert admins_browser().get("/admin/ops/asyncjob/?status__exact=queued").status_code == 500


class TestTraces:
    TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

    def test_a_line_names_the_callers_trace_a_span_and_what_answered(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO):
            Client().get("/api/v1/me", headers={"traceparent": f"00-{self.TRACE}-{self.PARENT}-01"})

        line = line_of(caplog)
        assert (line["trace_id"], line["parent_span_id"]) == (self.TRACE, self.PARENT)
        assert re.fullmatch("[0-9a-f]{16}", line["span_id"])
        assert line["component"] == "accounts.api"

    def test_without_one_each_request_is_a_trace_of_its_own(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO):
            Client().get("/nowhere")
        first = line_of(caplog)
        caplog.clear()
        with caplog.at_level(logging.INFO):
            Client().get("/nowhere")

        assert first["trace_id"] != line_of(caplog)["trace_id"]
        assert (first["component"], "parent_span_id" in first) == ("web", False)

    def test_nothing_of_it_stays_bound(self) -> None:
        Client().get("/health")

        assert not {"trace_id", "span_id", "component"} & structlog.contextvars.get_contextvars().keys()
