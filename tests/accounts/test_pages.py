"""Logging in and out, the start page, and one's own password."""

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.enums import Role, UserStatus
from accounts.models import User
from tests.factories.accounts import PASSWORD, AdminFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db


def log_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> int:
    return client.post("/login", {"username": email, "password": password, **extra}).status_code


class TestLoggingIn:
    @pytest.mark.parametrize("role", [Role.ADVISOR, Role.ADMIN])
    def test_staff_land_on_the_assessments(self, role: Role) -> None:
        user = UserFactory(role=role)

        response = Client().post("/login", {"username": user.email, "password": PASSWORD}, follow=True)

        assert [address for address, _ in response.redirect_chain] == ["/start", "/advisor/"]
        assert response.status_code == 200

    @pytest.mark.parametrize(
        ("wanted", "led_to"), [("/advisor/", "/start"), ("/student/?page=2", "/student/?page=2")]
    )
    def test_students_go_where_they_wanted_to_if_it_is_a_page_of_theirs(
        self, wanted: str, led_to: str
    ) -> None:
        user = UserFactory(role=Role.STUDENT)

        response = Client().post("/login", {"username": user.email, "password": PASSWORD, "next": wanted})

        assert response["Location"] == led_to

    def test_guardians_are_led_to_their_pages(self) -> None:
        user = UserFactory(role=Role.GUARDIAN)

        response = Client().post(
            "/login", {"username": user.email, "password": PASSWORD, "next": "/advisor/"}, follow=True
        )

        assert [address for address, _ in response.redirect_chain] == ["/start", "/guardian/"]
        assert "Nobody is linked to you yet" in response.content.decode()

    def test_capital_letters_in_the_address_do_not_matter(self) -> None:
        UserFactory(email="robin@example.org")

        assert log_in(Client(), "Robin@Example.ORG") == 302

    def test_staff_go_where_they_wanted_to(self) -> None:
        user = AdminFactory()

        response = Client().post("/login", {"username": user.email, "password": PASSWORD, "next": "/admin/"})

        assert response["Location"] == "/admin/"

    def test_nobody_is_sent_to_another_site(self) -> None:
        user = AdminFactory()

        response = Client().post(
            "/login", {"username": user.email, "password": PASSWORD, "next": "https://evil.example/"}
        )

        assert response["Location"] == "/start"

    def test_the_answer_does_not_say_which_part_was_wrong(self) -> None:
        disabled = UserFactory(status=UserStatus.DISABLED)
        known = UserFactory()

        answers = [
            Client().post("/login", {"username": email, "password": password}).content.decode()
            for email, password in (
                ("nobody@example.org", PASSWORD),
                (known.email, "wrong"),
                (disabled.email, PASSWORD),
                ("a\x00b", PASSWORD),
            )
        ]

        assert all("E-mail address or password is wrong." in answer for answer in answers[:3])
        assert all("Log out" not in answer for answer in answers)

    def test_the_admins_own_log_in_page_leads_here(self) -> None:
        response = Client().get("/admin/", follow=True)

        assert unquote(response.redirect_chain[-1][0]) == "/login?next=/admin/"
        assert response.status_code == 200

    def test_an_advisor_who_wants_into_the_admin_is_told_so(self) -> None:
        client = Client()
        client.force_login(AdvisorFactory(name="Robin"))

        response = client.get("/admin/", follow=True)

        assert "You are logged in as Robin" in response.content.decode()


class TestTooManyAttempts:
    @pytest.fixture(autouse=True)
    def one_window(self) -> Iterator[None]:
        """Keep all attempts of a test in one window of counting."""
        with time_machine.travel("2026-03-02T09:00:00+00:00", tick=False):
            yield

    def test_one_person_is_guarded_from_many_addresses(self) -> None:
        user = UserFactory()
        statuses = [
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(
                "/login", {"username": user.email.upper(), "password": "wrong"}
            )
            for number in range(11)
        ]

        assert [response.status_code for response in statuses] == [200] * 10 + [429]
        assert 1 <= int(statuses[-1]["Retry-After"]) <= 300
        assert "Too many attempts" in statuses[-1].content.decode()

    def test_many_people_are_guarded_from_one_address(self) -> None:
        client = Client(REMOTE_ADDR="198.51.100.7")

        statuses = [log_in(client, f"person{number}@example.org", "wrong") for number in range(61)]

        assert statuses == [200] * 60 + [429]

    def test_the_right_password_does_not_help_once_it_is_too_late(self) -> None:
        user = UserFactory()
        client = Client()
        for _ in range(10):
            log_in(client, user.email, "wrong")

        assert log_in(client, user.email) == 429


class TestLoggedIn:
    def test_logging_out_ends_the_session(self) -> None:
        client = Client()
        client.force_login(AdvisorFactory())

        ended = client.post("/logout")

        assert (ended.status_code, ended["Clear-Site-Data"]) == (302, '"cache", "storage"')
        assert client.get("/advisor/").status_code == 302

    def test_logging_out_takes_more_than_a_link(self) -> None:
        assert Client().get("/logout").status_code == 405

    def test_disabling_a_person_ends_their_session(self) -> None:
        user = AdvisorFactory()
        client = Client()
        client.force_login(user)
        User.objects.filter(pk=user.pk).update(status=UserStatus.DISABLED)

        assert client.get("/advisor/").status_code == 302

    def test_a_new_password_ends_tokens_and_other_sessions(self) -> None:
        user = AdvisorFactory()
        here, elsewhere = Client(), Client()
        here.force_login(user)
        elsewhere.force_login(user)
        new = "another horse battery"

        response = here.post(
            "/password", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}, follow=True
        )

        assert "Your password is changed." in response.content.decode()
        assert set(here.cookies) <= {"sessionid", "csrftoken"}
        user.refresh_from_db()
        assert user.token_version == 2
        assert user.check_password(new)
        assert elsewhere.get("/advisor/").status_code == 302

    def test_a_weak_password_is_refused(self) -> None:
        user = AdvisorFactory()
        client = Client()
        client.force_login(user)

        client.post(
            "/password", {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
        )

        user.refresh_from_db()
        assert user.check_password(PASSWORD)


class TestErrorPages:
    def test_an_unknown_address_has_a_page(self) -> None:
        response = Client().get("/no/such/page")

        assert response.status_code == 404
        assert "There is no such page" in response.content.decode()

    def test_a_broken_view_has_one(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("secret detail")

        monkeypatch.setattr("accounts.pages.allows", broken)
        client = Client(raise_request_exception=False)
        client.force_login(UserFactory())

        response = client.get("/start")

        assert response.status_code == 500
        assert "Something went wrong on our side" in response.content.decode()
        assert "secret detail" not in response.content.decode()

    def test_a_forged_form_has_one(self) -> None:
        response = Client(enforce_csrf_checks=True).post("/login", {"username": "a", "password": "b"})

        assert response.status_code == 403
        html = response.content.decode()
        assert "<h1>This form is too old</h1>" in html
        assert "Nothing was sent or changed." in html
