"""Sessions on the pages: what begins one, what ends one, and the code in between."""

from collections.abc import Iterator

import pyotp
import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import second_factor
from accounts.models import SecondFactor, User
from tests.factories.accounts import PASSWORD, AdminFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-02T09:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def person() -> User:
    made: User = AdvisorFactory()
    return made


def key_of(person: User) -> pyotp.TOTP:
    return pyotp.TOTP(second_factor._key(SecondFactor.objects.get(person=person)))


def give_password(client: Client, person: User, **more: str) -> str:
    return client.post("/login", {"username": person.email, "password": PASSWORD, **more})["Location"]


class TestTime:
    def test_a_session_ends_after_an_idle_hour(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        clock.shift(59 * 60)
        assert client.get("/advisor/").status_code == 200
        clock.shift(61 * 60)

        reply = client.get("/advisor/", follow=True)

        assert reply.redirect_chain[-1][0] == "/login?next=/advisor/"
        assert "You were logged out after 60 minutes without a request." in reply.content.decode()

    def test_a_busy_one_ends_after_eight_hours(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        for _ in range(16):
            clock.shift(30 * 60)
            assert client.get("/advisor/").status_code == 200
        clock.shift(60)

        assert "8 hours after you had logged in" in client.get("/advisor/", follow=True).content.decode()

    def test_the_row_is_written_once_a_minute_at_most(
        self, clock: time_machine.Traveller, person: User
    ) -> None:
        client = Client()
        client.force_login(person)
        before = client.session["seen_at"]
        clock.shift(50)
        client.get("/advisor/")
        assert client.session["seen_at"] == before
        clock.shift(11)
        client.get("/advisor/")

        assert client.session["seen_at"] == before + 61


class TestHowLongItLasts:
    def test_looking_tells_and_does_not_count_as_a_request(
        self, clock: time_machine.Traveller, person: User
    ) -> None:
        client = Client()
        client.force_login(person)
        clock.shift(50 * 60)
        assert client.get("/session?look").json() == {"seconds_left": 600, "can_be_prolonged": True}
        clock.shift(9 * 60)
        assert client.get("/session?look").json() == {"seconds_left": 60, "can_be_prolonged": True}
        clock.shift(61)

        assert client.get("/session?look")["Location"] == "/login?next=/session%3Flook"

    def test_asking_counts_until_the_log_in_is_eight_hours_old(
        self, clock: time_machine.Traveller, person: User
    ) -> None:
        client = Client()
        client.force_login(person)
        for _ in range(9):
            clock.shift(50 * 60)
            assert client.get("/session").json()["seconds_left"] >= 30 * 60

        assert client.get("/session").json() == {"seconds_left": 1800, "can_be_prolonged": False}

    def test_only_its_own_address_can_be_looked_at(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        clock.shift(50 * 60)
        client.get("/advisor/?look")

        assert client.get("/session?look").json() == {"seconds_left": 3600, "can_be_prolonged": True}


def test_a_changed_role_ends_the_session(person: User) -> None:
    client = Client()
    client.force_login(person)
    User.objects.filter(pk=person.pk).update(token_version=2)

    reply = client.get("/advisor/", follow=True)

    assert "Your account was changed. Please log in again." in reply.content.decode()


def test_logging_in_gives_the_session_another_key(person: User) -> None:
    client = Client()
    anonymous = client.session
    anonymous["left_by"] = "whoever made the key"
    anonymous.save()
    give_password(client, person)

    assert client.session.session_key != anonymous.session_key


def test_the_api_does_not_depend_on_cookies() -> None:
    assert "Cookie" not in Client().get("/api/v1/catalog/roles").headers.get("Vary", "")


class TestSecondFactorOnThePages:
    def test_from_the_password_page_to_a_log_in_with_a_code(
        self, clock: time_machine.Traveller, person: User
    ) -> None:
        client, elsewhere = Client(), Client()
        client.force_login(person)
        elsewhere.force_login(person)
        page = client.get("/second-factor").content.decode()
        assert "<svg" in page
        codes = client.post(
            "/second-factor", {"code": key_of(person).now(), "password": PASSWORD}
        ).content.decode()
        assert codes.count("<li><code>") == 10
        assert client.get("/advisor/").status_code == 200
        assert elsewhere.get("/advisor/").status_code == 302
        clock.shift(60)

        newcomer = Client()
        assert give_password(newcomer, person, next="/advisor/reviews/") == "/login/code"
        assert newcomer.get("/advisor/").status_code == 302
        wrong = newcomer.post("/login/code", {"code": "000000"})
        assert "The code is not valid." in wrong.content.decode()
        right = newcomer.post("/login/code", {"code": key_of(person).now()})

        assert right["Location"] == "/advisor/reviews/"
        assert newcomer.get("/advisor/").status_code == 200

    def test_the_code_has_to_come_within_five_minutes(
        self, clock: time_machine.Traveller, person: User
    ) -> None:
        second_factor.enrol(by=person)
        second_factor.confirm(by=person, code=key_of(person).now(), now=timezone.now())
        client = Client()
        give_password(client, person)
        clock.shift(5 * 60 + 1)

        reply = client.post("/login/code", {"code": key_of(person).now()}, follow=True)

        assert reply.redirect_chain[-1][0] == "/login"
        assert "That took too long." in reply.content.decode()

    def test_nobody_reaches_the_code_page_without_a_password(self) -> None:
        assert Client().get("/login/code")["Location"] == "/login"

    def test_it_leads_to_no_other_site(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        client.get("/second-factor")
        client.post("/second-factor", {"code": key_of(person).now(), "password": PASSWORD})
        clock.shift(60)
        newcomer = Client()
        give_password(newcomer, person, next="https://evil.example/")

        assert newcomer.post("/login/code", {"code": key_of(person).now()})["Location"] == "/start"

    def test_switching_it_on_takes_the_password(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        client.get("/second-factor")

        refused = client.post("/second-factor", {"code": key_of(person).now(), "password": "wrong"})

        assert "That is not your password." in refused.content.decode()
        assert not second_factor.is_on(person)

    def test_taking_it_off_takes_password_and_code(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        client.get("/second-factor")
        client.post("/second-factor", {"code": key_of(person).now(), "password": PASSWORD})
        clock.shift(60)
        code = key_of(person).now()

        refused = client.post("/second-factor", {"password": "wrong", "code": code})
        assert "That is not your password." in refused.content.decode()
        refused = client.post("/second-factor", {"password": PASSWORD, "code": "000000"})
        assert "The code is not valid." in refused.content.decode()
        assert second_factor.is_on(person)
        client.post("/second-factor", {"password": PASSWORD, "code": code})

        assert not second_factor.is_on(person)
        assert client.get("/advisor/").status_code == 200


class TestRequired:
    @pytest.fixture(autouse=True)
    def required(self, settings: Settings) -> None:
        settings.SECOND_FACTOR_REQUIRED = True

    @pytest.mark.parametrize(("factory", "path"), [(AdvisorFactory, "/advisor/"), (AdminFactory, "/admin/")])
    def test_staff_without_one_are_led_to_it(self, factory: type[UserFactory], path: str) -> None:
        client = Client()
        client.force_login(factory())

        assert client.get(path)["Location"] == "/second-factor"

    def test_students_are_not(self) -> None:
        client = Client()
        client.force_login(UserFactory())

        assert client.get("/start")["Location"] == "/student/"

    def test_with_one_the_pages_open(self, clock: time_machine.Traveller, person: User) -> None:
        client = Client()
        client.force_login(person)
        client.get("/second-factor")
        client.post("/second-factor", {"code": key_of(person).now(), "password": PASSWORD})

        assert client.get("/advisor/").status_code == 200


@pytest.mark.parametrize("path", ["/password", "/no-such-page", "/", "/docs", "/advisor/"])
def test_no_page_of_somebody_who_is_logged_in_is_kept(person: User, path: str) -> None:
    client = Client()
    client.force_login(person)

    said = client.get(path).headers["Cache-Control"]

    assert {"no-store", "private"} <= set(said.split(", "))
