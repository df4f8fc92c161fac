"""The page on which administrators bring people in: choosing a file, looking at what would come of it, agreeing."""

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts import import_pages, password_links
from accounts.models import AdvisorAssignment, User
from ops import jobs
from tests.factories.accounts import AdminFactory, AdvisorFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/user/import/"
LIST = "/admin/accounts/user/"
GOOD = (
    "\ufeffemail;name;role;advisor_email\r\n"
    "sam@example.org;Säm;student;ada@example.org\r\n"
    "ada@example.org;Ada;advisor;\r\n"
)
BAD = "email,name\nnobody,<b>X</b>\nsam@example.org,Sam\n"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.fixture
def client() -> Client:
    browser = Client()
    browser.force_login(AdminFactory(email="root@example.org"))
    return browser


def look(client: Client, text: str) -> str:
    file = SimpleUploadedFile("people.csv", text.encode(), content_type="text/csv")
    return str(client.post(PAGE, {"file": file}).content.decode())


def agree(client: Client, page: str, **given: str) -> Any:
    """Send back what the page holds."""
    held = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input type="hidden" name="(text|expected|links)" value="([^"]*)"', page
        )
    }
    return client.post(PAGE, held | given)


def people() -> list[str]:
    return list(User.objects.exclude(email="root@example.org").values_list("email", flat=True))


def test_the_list_leads_there(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get(LIST).content.decode()
    assert "first_name, last_name, role" in client.get(PAGE).content.decode()


def test_looking_writes_nothing(client: Client) -> None:
    page = look(client, GOOD)

    assert "2 will be made" in page
    assert "line 2: sam@example.org, Säm, student, advised by ada@example.org" in page
    assert "none is refused" in page
    assert people() == []


def test_agreeing_has_letters_sent(client: Client) -> None:
    answer = agree(client, look(client, GOOD), links="letter")

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert people() == ["ada@example.org", "sam@example.org"]
    assert AdvisorAssignment.objects.count() == 1
    jobs.drain()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["ada@example.org", "sam@example.org"]


def test_links_are_shown_once_to_hand_out(client: Client) -> None:
    answer = agree(client, look(client, GOOD), links="shown")

    found = re.findall(r"http://testserver/password/new#(\w{43})", answer.content.decode())
    owners = {password_links.owner_of(code, now=timezone.now()).email for code in found}
    assert owners == {"ada@example.org", "sam@example.org"}
    assert "no-store" in answer["Cache-Control"]
    assert mail.outbox == []


def test_or_come_as_a_file(client: Client) -> None:
    answer = agree(client, look(client, GOOD), links="file")

    assert answer["Content-Disposition"] == 'attachment; filename="password-links.csv"'
    assert "no-store" in answer["Cache-Control"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows] == [
        ["email", "name"],
        ["sam@example.org", "Säm"],
        ["ada@example.org", "Ada"],
    ]
    assert rows[1][2].startswith("http://testserver/password/new#")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_name_is_a_formula(name: str) -> None:
    text = import_pages.table([("=a@example.org", name, "http://x/#c")])

    (_, row) = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert row == ["'=a@example.org", f"'{name}", "http://x/#c"]


def test_without_a_mail_server_links_are_handed_out(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    page = look(client, GOOD)

    assert 'value="shown"' in page
    assert 'value="letter"' not in page
    assert agree(client, page, links="letter")["Location"] == PAGE
    assert people() == []


class TestRefusedLines:
    def test_are_named_with_the_reason(self, client: Client) -> None:
        page = look(client, BAD)

        assert "<strong>1 refused</strong>" in page
        assert "line 2, nobody: not an e-mail address" in page
        assert "<b>X</b>" not in page

    def test_keep_everything_from_being_written(self, client: Client) -> None:
        answer = agree(client, look(client, BAD), links="shown")

        assert "1 lines are refused. Nothing was written." in answer.content.decode()
        assert people() == []

    def test_unless_they_are_left_out(self, client: Client) -> None:
        agree(client, look(client, BAD), links="shown", skip_bad="on")

        assert people() == ["sam@example.org"]


def test_what_has_changed_meanwhile_is_shown_again(client: Client) -> None:
    page = look(client, GOOD)
    UserFactory(email="sam@example.org")
    answer = agree(client, page, links="shown")

    assert "People have changed since you looked. Look again." in answer.content.decode()
    assert "1 will be made" in answer.content.decode()
    assert people() == ["sam@example.org"]


def test_a_file_that_brings_nothing_new_has_no_button(client: Client) -> None:
    agree(client, look(client, GOOD), links="shown")

    page = look(client, GOOD)
    assert "There is nothing to do." in page
    assert "Yes, do it" not in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\nX\n", "There is no column email."),
        ("email\n" + "a" * 2_097_152, "The file is larger than 2 MB."),
    ],
)
def test_a_file_that_is_no_table_of_people(client: Client, text: str, told: str) -> None:
    assert told in look(client, text)


def test_a_file_that_was_changed_on_the_way_is_judged_again(client: Client) -> None:
    page = look(client, GOOD)

    answer = agree(client, page, text="email,role\nx@example.org,admin\n", links="shown", skip_bad="on")

    assert "Look again." in answer.content.decode()
    assert people() == []


class TestWho:
    def test_nobody_but_admins(self) -> None:
        browser = Client()
        browser.force_login(AdvisorFactory())

        assert browser.get(PAGE).status_code == 302
        assert browser.post(PAGE, {"text": GOOD}).status_code == 302
        assert not User.objects.filter(email="sam@example.org").exists()

    def test_who_has_not_proven_lately_who_they_are_does_so_first(self, client: Client) -> None:
        page = look(client, GOOD)
        later = timezone.now() + dt.timedelta(minutes=11)
        with time_machine.travel(later):
            assert client.get(PAGE)["Location"] == "/prove?next=%2Fadmin%2Faccounts%2Fuser%2Fimport%2F"
            client.get("/session")
        with time_machine.travel(later + dt.timedelta(minutes=20)):
            assert agree(client, page, links="shown")["Location"].startswith("/prove?")
        assert people() == []
