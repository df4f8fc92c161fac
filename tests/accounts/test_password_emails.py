"""A forgotten password: a letter with a link, the same answer whoever asks, and nothing where no letters go out."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import password_emails, password_links, services, tasks, tokens
from accounts.enums import Role, UserStatus
from accounts.models import PasswordLink, User
from accounts.password_emails import LETTER, Why
from ops import jobs
from ops.models import AsyncJob, AuditLog
from tests.alone import PAGES_AND_API, loaded_by
from tests.factories.accounts import PASSWORD, AdvisorFactory, InstitutionLinkFactory, UserFactory
from tests.mail_server import Mailbox, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "another horse battery"
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
PAGE = "/password/forgotten"
FORGOTTEN, RESET = "/api/v1/auth/password/forgotten", "/api/v1/auth/password/reset"
CONSOLE = "django.core.mail.backends.console.EmailBackend"
VALUES = re.compile(r"'[^']*'(::uuid)?|NULL|\d+")


@pytest.fixture(autouse=True)
def _public(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://learn.example.org"


@pytest.fixture
def person() -> User:
    made: User = UserFactory(email="robin@example.org", name="Robin Fisher")
    return made


def by_page(email: str) -> Any:
    return Client().post(PAGE, {"email": email})


def by_api(email: str) -> Any:
    return APIClient().post(FORGOTTEN, {"email": email}, format="json")


def sent_code() -> str:
    """Have the letter sent and return the code in it."""
    jobs.drain()
    found = re.search(r"#(\w{43})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


def reset(code: str, password: str = NEW) -> Any:
    return APIClient().post(RESET, {"code": code, "password": password}, format="json")


class TestAsking:
    def test_a_letter_brings_a_link_that_is_good_for_an_hour(self, person: User) -> None:
        answer = by_page("Robin@Example.org ")
        code = sent_code()
        (letter,) = mail.outbox

        assert (answer.status_code, answer["Location"]) == (302, "/login")
        assert letter.to == ["robin@example.org"]
        assert letter.subject == "Choose a new password for MicroCred"
        assert str(letter.body).splitlines() == [
            "Somebody asked for a new password for robin@example.org. If it was you, open this within an hour; it is "
            "good once:",
            "",
            f"https://learn.example.org/password/new#{code}",
            "",
            "If it was not you, there is nothing to do: your password stays as it is.",
        ]
        link = PasswordLink.objects.get()
        hour, second = dt.timedelta(hours=1), dt.timedelta(seconds=1)
        assert password_links.owner_of(code, now=link.created_at + hour - second) == person
        with pytest.raises(password_links.LinkRefused):
            password_links.owner_of(code, now=link.created_at + hour)

    @pytest.mark.parametrize("ask", [by_page, by_api])
    def test_asking_changes_nothing_but_the_trail(self, person: User, ask: Callable[[str], Any]) -> None:
        ask(person.email)

        person.refresh_from_db()
        assert person.check_password(PASSWORD)
        assert [
            (row.action, row.resource_id) for row in AuditLog.objects.filter(action__contains="letter")
        ] == [("user.password_letter_asked", person.pk)]
        assert AsyncJob.objects.get(kind=LETTER).payload == {"person_id": str(person.pk), "why": "forgotten"}
        assert not PasswordLink.objects.exists()

    @pytest.mark.parametrize("status", [UserStatus.DISABLED, UserStatus.ERASED])
    def test_whoever_may_not_log_in_gets_none(self, person: User, status: UserStatus) -> None:
        User.objects.filter(pk=person.pk).update(status=status)

        by_page(person.email)
        jobs.drain()

        assert (mail.outbox, PasswordLink.objects.count()) == ([], 0)

    def test_nor_does_whoever_was_shut_out_meanwhile(self, person: User) -> None:
        by_page(person.email)
        services.disable(by=None, person=person)
        jobs.drain()

        assert mail.outbox == []

    def test_a_letter_goes_to_the_address_that_its_link_is_for(
        self, person: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make = password_links.make

        def while_somebody_changes_it(**about: Any) -> str:
            changed = User.objects.get(pk=person.pk)
            changed.email = "fisher@example.org"
            services.save_person(by=None, person=changed, changed=frozenset({"email"}))
            return make(**about)

        by_page(person.email)
        monkeypatch.setattr(password_links, "make", while_somebody_changes_it)
        jobs.drain()

        assert [letter.to for letter in mail.outbox] == [["fisher@example.org"]]

    def test_who_never_had_a_password_gets_one_too(self, person: User) -> None:
        person.set_unusable_password()
        person.save()
        by_page(person.email)

        assert reset(sent_code()).status_code == 204
        assert services.check_password(email=person.email, password=NEW) == person


class TestNobodyLearnsWhoIsThere:
    def test_the_answers_are_the_same(self, person: User) -> None:
        known, unknown = by_page(person.email), by_page("nobody@example.org")
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        one, other = by_api(person.email), by_api("nobody@example.org")
        assert (one.status_code, one.content) == (other.status_code, other.content) == (202, b"")

    @pytest.mark.parametrize("ask", [by_page, by_api])
    def test_as_much_is_asked_of_the_database(self, person: User, ask: Callable[[str], Any]) -> None:
        ask("warm@example.org")
        asked = []
        for email in (person.email, "nobody@example.org"):
            with CaptureQueriesContext(connection) as captured:
                ask(email)
            asked.append([VALUES.sub("?", one["sql"]) for one in captured])

        assert asked[0] == asked[1]
        assert len(asked[0]) > 3

    def test_the_letter_of_nobody_is_a_job_that_does_nothing(self) -> None:
        by_page("nobody@example.org")
        jobs.drain()

        assert AsyncJob.objects.get(kind=LETTER).status == "succeeded"
        assert mail.outbox == []


class TestHowOften:
    def test_three_times_an_hour_for_one_address_whether_it_is_known_or_not(self, person: User) -> None:
        with time_machine.travel(NOON, tick=False):
            for email in (person.email, "nobody@example.org"):
                answers = [
                    by_page(email),
                    by_api(email.upper()),
                    by_page(email),
                    by_page(email),
                    by_api(email),
                ]
                assert [answer.status_code for answer in answers] == [302, 202, 302, 429, 429]
                assert 1 <= int(answers[-1]["Retry-After"]) <= 3600

    def test_thirty_times_in_a_quarter_of_an_hour_from_one_place(self) -> None:
        client = Client(REMOTE_ADDR="198.51.100.7")
        with time_machine.travel(NOON, tick=False):
            codes = [client.post(PAGE, {"email": f"p{n}@example.org"}).status_code for n in range(31)]

        assert codes == [302] * 30 + [429]


class TestResetting:
    def test_it_sets_the_password_and_ends_what_was_logged_in(self, person: User) -> None:
        by_api(person.email)
        headers = {"Authorization": f"Bearer {tokens.issue(person).access}"}
        browser = Client()
        browser.force_login(person)
        code = sent_code()

        assert reset(code).status_code == 204

        assert APIClient().get("/api/v1/me", headers=headers).status_code == 401
        assert browser.get("/start").status_code == 302
        body = {"email": person.email, "password": NEW}
        assert APIClient().post("/api/v1/auth/token", body, format="json").status_code == 200
        again = reset(code)
        assert (again.status_code, again.json()["error_code"]) == (400, "PASSWORD_LINK_400")

    def test_a_password_that_is_refused_leaves_the_link_good(self, person: User) -> None:
        by_api(person.email)
        code = sent_code()

        refused = reset(code, "short")

        assert refused.status_code == 400
        assert "at least 10 characters" in refused.content.decode()
        assert reset(code).status_code == 204

    def test_wrong_codes_are_counted_by_address(self) -> None:
        client = APIClient(REMOTE_ADDR="198.51.100.7")
        body = {"code": "x" * 43, "password": NEW}
        with time_machine.travel(NOON, tick=False):
            codes = [client.post(RESET, body, format="json").status_code for _ in range(61)]

        assert codes == [400] * 60 + [429]


class TestWithoutAMailServer:
    @pytest.fixture(autouse=True)
    def _none(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = CONSOLE

    def test_the_pages_say_whom_to_ask(self) -> None:
        assert "Ask an administrator" in Client().get("/login").content.decode()
        for answer in (Client().get(PAGE), by_page("robin@example.org")):
            assert answer.status_code == 200
            assert "Ask an administrator for a link" in answer.content.decode()

    def test_the_api_says_so_too(self, person: User) -> None:
        answer = by_api(person.email)

        assert (answer.status_code, answer.json()["error_code"]) == (409, "MAIL_409")
        assert not AsyncJob.objects.filter(kind=LETTER).exists()

    def test_a_worker_that_has_none_writes_no_link_to_its_log(
        self, person: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        password_emails.invite([person.pk])

        jobs.drain(skip_waits=True)

        assert "/password/new" not in capsys.readouterr().out
        assert AsyncJob.objects.get(kind=LETTER).status == "dead"
        assert not AuditLog.objects.filter(action="user.password_letter_sent").exists()


def test_the_log_in_page_leads_there() -> None:
    assert f'href="{PAGE}"' in Client().get("/login").content.decode()


class TestWhereLinksLead:
    @pytest.mark.parametrize(
        ("role", "place"),
        [
            (Role.STUDENT, "https://app.example.org/choose"),
            (Role.ADVISOR, "https://learn.example.org/password/new"),
        ],
    )
    def test_students_go_to_the_page_of_their_institution(
        self, settings: Settings, role: Role, place: str
    ) -> None:
        settings.PASSWORD_PAGE = "https://app.example.org/choose"
        letter = password_emails.written(UserFactory(role=role), code="abc", why=Why.FORGOTTEN)

        assert f"\n{place}#abc\n" in str(letter.body)

    def test_the_host_that_asked_is_in_no_letter(self, person: User, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        Client().post(PAGE, {"email": person.email}, headers={"host": "evil.example"})
        sent_code()

        assert "evil" not in str(mail.outbox[-1].message())

    def test_the_pages_stand_where_letters_say(self) -> None:
        pages = password_emails.PAGE, password_emails.ASKING, password_emails.ENTRANCE

        assert pages == (reverse("new-password"), reverse("password-forgotten"), reverse("login"))


class TestInvitations:
    def test_who_was_brought_in_has_a_day(self) -> None:
        person = AdvisorFactory(email="ada@example.org")
        password_emails.invite([person.pk])
        code = sent_code()

        (letter,) = mail.outbox
        assert letter.subject == "Your account with MicroCred"
        assert "https://learn.example.org/password/forgotten" in str(letter.body)
        link = PasswordLink.objects.get()
        assert link.expires_at - link.created_at > dt.timedelta(hours=23, minutes=59)
        assert password_links.owner_of(code, now=timezone.now()) == person


@pytest.fixture
def institution(settings: Settings) -> None:
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://login.example.edu", "Northfield"


@pytest.mark.usefixtures("institution")
class TestInstitution:
    def test_whoever_has_no_password_and_needs_none_is_told_where_they_log_in(self, person: User) -> None:
        person.set_unusable_password()
        person.save()
        InstitutionLinkFactory(person=person)

        by_page(person.email)
        jobs.drain()

        (letter,) = mail.outbox
        assert str(letter.body).splitlines() == [
            "Somebody asked for a new password for robin@example.org. This account has none: log in with Northfield "
            "here:",
            "",
            "https://learn.example.org/login",
            "",
            "If it was not you, there is nothing to do.",
        ]
        assert PasswordLink.objects.count() == 0

    def test_whoever_has_both_gets_a_link(self, person: User) -> None:
        InstitutionLinkFactory(person=person)
        by_page(person.email)

        assert reset(sent_code()).status_code == 204

    def test_a_link_that_an_institution_of_before_was_has_no_say(
        self, person: User, settings: Settings
    ) -> None:
        person.set_unusable_password()
        person.save()
        InstitutionLinkFactory(person=person)
        settings.OIDC_ISSUER = "https://other.example.edu"
        by_page(person.email)

        assert reset(sent_code()).status_code == 204

    @pytest.mark.parametrize(("role", "said"), [(Role.STUDENT, 1), (Role.GUARDIAN, 1), (Role.ADVISOR, 0)])
    def test_who_was_brought_in_is_told_of_both_ways(self, role: Role, said: int) -> None:
        password_emails.invite([UserFactory(role=role).pk])
        jobs.drain()

        (letter,) = mail.outbox
        assert str(letter.body).count("Or log in with Northfield, without any password here:") == said

    def test_who_has_come_in_before_their_invitation_gets_none(self, person: User) -> None:
        person.set_unusable_password()
        person.save()
        InstitutionLinkFactory(person=person)
        password_emails.invite([person.pk])
        jobs.drain()

        assert mail.outbox == []


class TestMailServers:
    @pytest.fixture
    def server(self, settings: Settings) -> Iterator[Mailbox]:
        with mail_server() as box:
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
            settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
            settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
            yield box

    def test_one_that_asks_for_patience_gets_another_link_later(self, server: Mailbox, person: User) -> None:
        server.to_data = ["451 later, robin@example.org", "250 ok"]
        by_page(person.email)
        jobs.drain(skip_waits=True)

        assert len(server.messages) == 1
        assert PasswordLink.objects.filter(ended_at=None).count() == 1
        assert AuditLog.objects.filter(action="user.password_letter_sent", resource_id=person.pk).count() == 1

    def test_an_address_that_is_refused_for_good_is_in_the_trail(self, server: Mailbox, person: User) -> None:
        server.to_rcpt = ["550 no such mailbox robin@example.org"]
        by_page(person.email)
        jobs.drain(skip_waits=True)

        assert len(server.recipients) == 1
        assert AuditLog.objects.filter(action="user.password_letter_refused").count() == 1

    @pytest.mark.parametrize("reply", ["535 wrong password", "534 too weak"])
    def test_a_server_that_refuses_us_says_nothing_about_the_address(
        self, server: Mailbox, settings: Settings, person: User, reply: str
    ) -> None:
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "microcred"
        server.to_auth = [reply, "235 welcome"]
        by_page(person.email)
        jobs.drain(skip_waits=True)

        assert len(server.messages) == 1
        assert not AuditLog.objects.filter(action="user.password_letter_refused").exists()

    def test_neither_code_nor_address_is_kept(self, server: Mailbox, person: User) -> None:
        server.to_data = ["451 later, robin@example.org"]
        by_page(person.email)
        jobs.drain(skip_waits=True)

        job = AsyncJob.objects.get(kind=LETTER)
        assert job.status == "dead"
        kept = f"{job.payload} {job.error_payload} {list(AuditLog.objects.values())}"
        assert "robin@" not in kept
        assert not re.search(r"\b\w{43}\b", kept)


def test_a_worker_writes_letters_without_loading_pages_or_api() -> None:
    program = (
        "from accounts import password_emails as p, tasks; from accounts.models import User; "
        "p.written(User(email='a@example.org'), code='c', why=p.Why.INVITED)"
    )

    assert loaded_by(program, ["accounts.tasks", *PAGES_AND_API]) == {"accounts.tasks"}


def test_the_handler_is_the_one_that_jobs_name(settings: Settings) -> None:
    assert settings.JOB_KINDS[LETTER]["handler"] == f"{tasks.__name__}.{tasks.send_password_letter.__name__}"
