"""People see their log-ins, on the pages and over the API, and end one or all of them."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import log_ins, services, tokens
from accounts.log_ins import LogInMissing
from accounts.models import PageSession, TokenFamily, User
from ops.models import AuditLog
from tests.factories.accounts import PASSWORD, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE, LIST, END = "/log-ins", "/api/v1/me/log-ins", "/api/v1/me/log-ins/end"
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def person() -> User:
    made: User = AdvisorFactory()
    return made


def browser(person: User, agent: str = "Firefox") -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post("/login", {"username": person.email, "password": PASSWORD})
    return client


def program(person: User, agent: str = "client/1") -> APIClient:
    client = APIClient(headers={"User-Agent": agent})
    given = client.post(
        "/api/v1/auth/token", {"email": person.email, "password": PASSWORD}, format="json"
    ).json()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {given['access']}")
    return client


def listed(client: APIClient) -> list[tuple[str, str, bool]]:
    items = client.get(LIST).json()["items"]
    return sorted((one["way"], one["agent"], one["current"]) for one in items)


def id_of(client: APIClient, agent: str) -> str:
    return next(str(one["log_in_id"]) for one in client.get(LIST).json()["items"] if one["agent"] == agent)


class TestSeeing:
    def test_all_of_ones_own_are_listed_and_nobody_elses(self, person: User) -> None:
        browser(person)
        browser(UserFactory(), "Chrome")
        program(person, "other/2")

        assert listed(program(person)) == [
            ("api", "client/1", True),
            ("api", "other/2", False),
            ("pages", "Firefox", False),
        ]

    def test_the_page_shows_them_as_text(self, person: User) -> None:
        program(person, "<b>bold</b>")

        shown = browser(person).get(PAGE).content.decode()

        assert '<strong title="Firefox">Firefox</strong> <span class="badge good">this one</span>' in shown
        assert "&lt;b&gt;bold&lt;/b&gt;" in shown
        assert "<b>bold</b>" not in shown

    def test_who_is_logged_in_nowhere_else_has_nothing_to_end(self, person: User) -> None:
        here = browser(person)
        assert "logged in nowhere else" in here.get(PAGE).content.decode()

        program(person, "other/2")
        shown = here.get(PAGE).content.decode()

        assert "logged in nowhere else" not in shown
        assert "All but this one" in shown

    def test_what_is_over_is_not_listed(self, person: User) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            idle, out = browser(person, "idle"), browser(person, "out")
            out.post("/logout")
            ended = program(person, "ended")
            services.end_log_ins(by=person, person=person)
            idle = browser(person, "idle")
            clock.shift(61 * 60)
            found = log_ins.open_log_ins(person, current=None, now=timezone.now())

        assert found == []
        assert ended.get(LIST).status_code == 401
        assert idle.get("/advisor/").status_code == 302

    def test_a_browser_may_call_itself_anything(self, person: User) -> None:
        browser(person, "x" * 500 + "\t")

        assert PageSession.objects.get().agent == "x" * 200

    def test_the_latest_request_is_noted_to_the_minute(self, person: User) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            client = browser(person)
            clock.shift(59)
            client.get("/advisor/")
            assert PageSession.objects.get().seen_at == NOON
            clock.shift(2)
            client.get("/advisor/")

        assert PageSession.objects.get().seen_at == NOON + dt.timedelta(seconds=61)


class TestEnding:
    def test_one_over_the_api(self, person: User) -> None:
        page, other, client = browser(person), program(person, "other/2"), program(person)

        for agent in ("Firefox", "other/2"):
            body = {"log_in_id": id_of(client, agent), "password": PASSWORD}
            assert client.post(END, body, format="json").status_code == 204

        assert page.get("/advisor/").status_code == 302
        assert other.get(LIST).status_code == 401
        assert listed(client) == [("api", "client/1", True)]
        assert TokenFamily.objects.filter(ended_because="elsewhere").count() == 1
        assert AuditLog.objects.filter(action="user.log_in_ended", actor_id=person.pk).count() == 2

    def test_all_over_the_api(self, person: User) -> None:
        page, other, client = browser(person), program(person, "other/2"), program(person)

        assert client.post(END, {"password": PASSWORD}, format="json").status_code == 204

        assert page.get("/advisor/").status_code == 302
        assert {one.get(LIST).status_code for one in (other, client)} == {401}

    def test_one_on_the_page(self, person: User) -> None:
        other, client = program(person, "other/2"), browser(person)
        which = id_of(other, "other/2")

        told = client.post(PAGE, {"which": which, "password": PASSWORD}, follow=True).content.decode()

        assert "That log-in is ended." in told
        assert other.get(LIST).status_code == 401
        assert client.get("/advisor/").status_code == 200

    def test_all_others_on_the_page(self, person: User) -> None:
        other, elsewhere, client = program(person), browser(person, "Chrome"), browser(person)

        client.post(PAGE, {"which": "all", "password": PASSWORD})

        assert client.get("/advisor/").status_code == 200
        assert "Firefox" in client.get(PAGE).content.decode()
        assert elsewhere.get("/advisor/").status_code == 302
        assert other.get(LIST).status_code == 401

    @pytest.mark.parametrize(("password", "status"), [("wrong", 403), ("", 400)], ids=["wrong", "none"])
    def test_not_without_the_password(self, person: User, password: str, status: int) -> None:
        page, client = browser(person), program(person)
        body = {"log_in_id": id_of(client, "Firefox"), "password": password}

        assert client.post(END, body, format="json").status_code == status
        refused = page.post(PAGE, {"which": "all", "password": password}).content.decode()

        assert "That is not your password." in refused or "This field is required." in refused
        assert len(listed(client)) == 2

    def test_not_those_of_others(self, person: User) -> None:
        stranger = program(UserFactory(), "stranger")
        client, named = program(person), id_of(stranger, "stranger")

        for one in (named, str(uuid.uuid4())):
            answer = client.post(END, {"log_in_id": one, "password": PASSWORD}, format="json")
            assert (answer.status_code, answer.json()["error_code"]) == (404, "LOG_IN_404")
        with pytest.raises(LogInMissing):
            log_ins.end_one(by=person, log_in_id=uuid.UUID(named), now=timezone.now())

        assert stranger.get(LIST).status_code == 200


def test_a_session_from_before_there_was_a_list_goes_on_and_is_listed(person: User) -> None:
    client = browser(person)
    PageSession.objects.all().delete()
    session = client.session
    del session["log_in"]
    session.save()

    assert client.get("/advisor/").status_code == 200
    assert PageSession.objects.get().person == person


def test_old_ones_are_forgotten(person: User) -> None:
    with time_machine.travel(NOON, tick=False):
        browser(person)

    assert log_ins.forget_ended(now=NOON + dt.timedelta(hours=8)) == 0
    assert log_ins.forget_ended(now=NOON + dt.timedelta(hours=8, seconds=1)) == 1


def test_a_refresh_goes_on_with_the_same_log_in(person: User) -> None:
    pair = tokens.issue(person, agent="client/1")
    tokens.rotate(pair.refresh)

    assert [one.agent for one in log_ins.open_log_ins(person, current=None, now=timezone.now())] == [
        "client/1"
    ]
