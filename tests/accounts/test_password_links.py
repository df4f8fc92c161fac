"""Links by which people set their own password: once, for a day, and nobody else learns it."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import password_links, second_factor, services, tokens
from accounts.enums import UserStatus
from accounts.models import PasswordLink, SecondFactor, User
from accounts.password_links import LinkRefused, NobodyToLink
from ops.models import AuditLog
from tests.factories.accounts import PASSWORD, AdminFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = "another horse battery"
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(hours=24)
PAGE = "/password/new"


@pytest.fixture
def person() -> User:
    made: User = UserFactory(email="robin.fisher@example.org", name="Robin Fisher")
    return made


def link_for(person: User) -> str:
    return password_links.make(by=None, person=person, now=timezone.now())


def choose(code: str, password: str = NEW, again: str = NEW, client: Client | None = None) -> str:
    """Fill the page in; return its refusals, or where it leads."""
    body = {"code": code, "new_password1": password, "new_password2": again}
    answer = (client or Client()).post(PAGE, body)
    return str(answer["Location"]) if answer.status_code == 302 else answer.content.decode()


class TestUsing:
    def test_the_page_sets_the_password_and_leads_to_the_log_in(self, person: User) -> None:
        assert choose(link_for(person)) == "/login"

        person.refresh_from_db()
        assert person.check_password(NEW)
        assert [row.action for row in AuditLog.objects.filter(actor_id=person.pk).order_by("pk")] == [
            "user.password_link_used",
            "user.changed",
        ]

    def test_everything_that_was_logged_in_is_over(self, person: User) -> None:
        client, code = Client(), link_for(person)
        client.force_login(person)
        headers = {"Authorization": f"Bearer {tokens.issue(person).access}"}
        assert APIClient().get("/api/v1/me", headers=headers).status_code == 200

        choose(code)

        assert client.get("/start").status_code == 302
        assert APIClient().get("/api/v1/me", headers=headers).status_code == 401

    def test_the_second_factor_stays(self, person: User) -> None:
        SecondFactor.objects.create(person=person, sealed_key="", confirmed_at=NOON)

        choose(link_for(person))
        answer = Client().post("/login", {"username": person.email, "password": NEW})

        assert second_factor.is_on(person)
        assert answer["Location"] == "/login/code"

    def test_the_present_password_is_good_until_then(self, person: User) -> None:
        link_for(person)

        assert services.check_password(email=person.email, password=PASSWORD) == person

    @pytest.mark.parametrize(
        ("password", "again", "told"),
        [
            ("short", "short", "at least 10 characters"),
            ("robin.fisher", "robin.fisher", "too similar"),
            (NEW, "something else 7", "The two are not the same."),
        ],
    )
    def test_a_password_that_is_refused_leaves_the_link_good(
        self, person: User, password: str, again: str, told: str
    ) -> None:
        code = link_for(person)

        assert told in choose(code, password, again)
        assert choose(code) == "/login"


class TestNotGood:
    def refused(self, code: str) -> bool:
        return "This link is not good, or not any more." in choose(code)

    def test_a_second_time(self, person: User) -> None:
        code = link_for(person)
        choose(code)

        assert self.refused(code)

    def test_after_a_day(self, person: User) -> None:
        code = password_links.make(by=None, person=person, now=NOON)

        assert password_links.owner_of(code, now=NOON + DAY - dt.timedelta(seconds=1)) == person
        with pytest.raises(LinkRefused):
            password_links.owner_of(code, now=NOON + DAY)

    def test_after_a_newer_one(self, person: User) -> None:
        older, newer = link_for(person), link_for(person)

        assert self.refused(older)
        assert not self.refused(newer)

    def test_after_the_password_changed_otherwise(self, person: User) -> None:
        code = link_for(person)
        services.change_password(by=person, person=person, password=PASSWORD + "2")

        assert self.refused(code)

    def test_for_whoever_may_not_log_in(self, person: User) -> None:
        code = link_for(person)
        services.disable(by=None, person=person)

        assert self.refused(code)
        with pytest.raises(NobodyToLink):
            link_for(person)

    def test_after_they_were_shut_out_and_let_in_again(self, person: User) -> None:
        code = link_for(person)
        services.disable(by=None, person=person)
        person.status = UserStatus.ACTIVE
        services.save_person(by=None, person=person, changed=frozenset({"status"}))

        assert self.refused(code)

    def test_after_the_address_changed_to_which_it_may_have_gone(self, person: User) -> None:
        code = link_for(person)
        person.email = "robin@example.org"
        services.save_person(by=None, person=person, changed=frozenset({"email"}))

        assert self.refused(code)

    def test_a_change_of_the_name_leaves_it_good(self, person: User) -> None:
        code = link_for(person)
        services.save_person(by=None, person=person, changed=frozenset({"name"}))

        assert not self.refused(code)

    @pytest.mark.parametrize("code", ["x", "0" * 43, "\ud800", "a\0b", "ä" * 43])
    def test_what_never_was_one(self, person: User, code: str) -> None:
        link_for(person)

        with pytest.raises(LinkRefused):
            password_links.owner_of(code, now=timezone.now())


def test_only_a_digest_is_kept(person: User) -> None:
    code = link_for(person)

    stored = str(PasswordLink.objects.values()) + str(AuditLog.objects.values())
    assert (len(code), code in stored) == (43, False)


def test_the_page_asks_nothing_that_is_sent_in_an_address(person: User) -> None:
    link = password_links.address(link_for(person), site="https://learn.example.org/")

    assert link.startswith("https://learn.example.org/password/new#")
    answer = Client().get(PAGE)
    assert 'src="/static/password-link' in answer.content.decode()
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_tries_are_counted_by_address() -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    with time_machine.travel(NOON, tick=False):
        answers = [client.post(PAGE, {"code": "x"}) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 300


def test_links_that_are_over_are_forgotten(person: User) -> None:
    password_links.make(by=None, person=person, now=NOON)

    assert password_links.forget_ended(now=NOON + DAY - dt.timedelta(seconds=1)) == 0
    assert password_links.forget_ended(now=NOON + DAY + dt.timedelta(seconds=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_four_who_use_it_at_once_one_sets_the_password() -> None:
    person = UserFactory()
    code = link_for(person)

    def use(number: int) -> str:
        try:
            password_links.use(code, password=f"{NEW} {number}", now=timezone.now())
        except LinkRefused:
            return ""
        finally:
            connection.close()
        return f"{NEW} {number}"

    with ThreadPoolExecutor(4) as pool:
        won = [password for password in pool.map(use, range(4)) if password]

    person.refresh_from_db()
    assert [person.check_password(password) for password in won] == [True]


class TestCommand:
    def test_prints_the_link(self) -> None:
        admin, said = AdminFactory(email="ada@example.org"), StringIO()
        call_command("password_link", "Ada@example.org", site="https://learn.example.org", stdout=said)

        place, _, code = said.getvalue().strip().partition("#")
        assert place == "https://learn.example.org/password/new"
        assert password_links.owner_of(code, now=timezone.now()) == admin

    def test_a_site_that_a_link_could_not_lead_to_makes_none(self) -> None:
        AdminFactory(email="ada@example.org")

        with pytest.raises(CommandError, match="begins with https://"):
            call_command("password_link", "ada@example.org", site="learn.example.org")

        assert not AuditLog.objects.filter(action__contains="link").exists()

    def test_refuses_whoever_is_not_there_or_may_not_log_in(self) -> None:
        disabled = AdvisorFactory(status=UserStatus.DISABLED)

        for email in ("nobody@example.org", disabled.email):
            with pytest.raises(CommandError):
                call_command("password_link", email)
