"""Letters to advisors: on the mornings of working days, where something new waits, once, without a student's name."""

import datetime as dt
import email
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.enums import UserStatus
from accounts.models import User
from companion import digests
from ops import jobs
from ops.models import AsyncJob, AuditLog
from tests.alone import PAGES_AND_API, loaded_by
from tests.companion.scenes import advised_student
from tests.factories.accounts import AdvisorFactory
from tests.factories.conversations import ConversationFactory, EscalatedTurnFactory
from tests.mail_server import Mailbox, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = dt.datetime(2026, 3, 9, 8, tzinfo=dt.UTC)


@pytest.fixture
def server(settings: Settings) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.PUBLIC_URL = "https://learn.example.org"
        yield box


@pytest.fixture
def advisor(server: Mailbox) -> User:
    """An advisor whose student waits for a reply since Friday afternoon."""
    advisor: User = AdvisorFactory(name="Ada Brandt", email="ada@example.org")
    asked(advisor, MONDAY - dt.timedelta(days=2, hours=17))
    return advisor


def asked(advisor: User, at: dt.datetime) -> None:
    _, student = advised_student(advisor)
    EscalatedTurnFactory(conversation=ConversationFactory(user=student), waits_since=at)


def test_a_letter_says_what_waits_and_where_and_names_no_student(server: Mailbox, advisor: User) -> None:
    assert digests.announce(now=MONDAY) == 1
    jobs.drain()

    (raw,) = server.messages
    letter = email.message_from_string(raw)
    body = letter.get_payload()
    assert (letter["To"], letter["Subject"]) == ("ada@example.org", "What waits for you in MicroCred")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert isinstance(body, str)
    text = body.replace("\r\n", "\n")
    assert text.startswith("Hello Ada Brandt,\n\n1 question waits for a reply, the longest for ")
    assert "https://learn.example.org/advisor/questions/\n" in text
    assert "To get no more of these: https://learn.example.org/advisor/letters\n" in text
    student = User.objects.get(role="student")
    assert student.email not in raw
    assert student.name not in text


def test_of_one_morning_there_is_one_letter(server: Mailbox, advisor: User) -> None:
    for minutes in (0, 30, 60):
        digests.announce(now=MONDAY + dt.timedelta(minutes=minutes))
        jobs.drain()

    assert len(server.messages) == 1


def test_nothing_new_no_letter_and_something_new_the_next_day_another(server: Mailbox, advisor: User) -> None:
    tuesday = MONDAY + dt.timedelta(days=1)
    assert digests.announce(now=tuesday) == 0

    asked(advisor, MONDAY + dt.timedelta(hours=2))

    assert digests.announce(now=tuesday) == 1


@pytest.mark.parametrize(
    ("days", "hour", "zone", "due"),
    [
        (0, 6, "UTC", 0),
        (0, 7, "UTC", 1),
        (0, 11, "UTC", 1),
        (0, 12, "UTC", 0),
        (0, 7, "America/New_York", 0),
        (0, 12, "America/New_York", 1),
        (-1, 8, "UTC", 0),
        (-2, 8, "UTC", 0),
    ],
)
def test_letters_go_out_on_the_mornings_of_working_days_by_the_institutions_clock(
    advisor: User, settings: Settings, days: int, hour: int, zone: str, due: int
) -> None:
    settings.NUDGES_TIME_ZONE = zone

    assert digests.announce(now=MONDAY.replace(hour=hour) + dt.timedelta(days=days)) == due


def test_without_a_mail_server_there_are_none(advisor: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    assert digests.announce(now=MONDAY) == 0


@pytest.mark.parametrize(
    "fields", [{"told_by_letter": False}, {"status": UserStatus.DISABLED}, {"role": "admin"}]
)
def test_who_wants_none_or_is_no_active_advisor_gets_none(advisor: User, fields: dict[str, object]) -> None:
    User.objects.filter(pk=advisor.pk).update(**fields)

    assert digests.announce(now=MONDAY) == 0


def test_what_is_stopped_or_done_before_it_is_sent_is_not_sent(server: Mailbox, advisor: User) -> None:
    digests.announce(now=MONDAY)
    User.objects.filter(pk=advisor.pk).update(told_by_letter=False)

    jobs.drain()

    assert server.messages == []
    assert AsyncJob.objects.get(kind=digests.KIND).status == "succeeded"


@pytest.mark.parametrize(
    ("reply", "tries", "ended"), [("550 no such mailbox", 1, "succeeded"), ("451 try later", 5, "dead")]
)
def test_a_letter_that_is_not_taken_is_tried_again_unless_it_is_refused_for_good(
    server: Mailbox, advisor: User, reply: str, tries: int, ended: str
) -> None:
    server.to_rcpt = [reply]
    digests.announce(now=MONDAY)

    jobs.drain(skip_waits=True)

    assert len(server.recipients) == tries
    assert AsyncJob.objects.get(kind=digests.KIND).status == ended


def test_the_page_stops_letters_and_sends_them_again(advisor: User) -> None:
    client = Client()
    client.force_login(advisor)

    stopped = client.post(digests.SETTINGS_PAGE, {"wanted": "no"}, follow=True).content.decode()
    client.post(digests.SETTINGS_PAGE, {"wanted": "no"})

    assert "You get no more of these letters." in stopped
    assert "Send them to ada@example.org" in stopped
    assert digests.announce(now=MONDAY) == 0
    assert AuditLog.objects.filter(action="user.letters_chosen").count() == 1
    assert "Stop them" in client.post(digests.SETTINGS_PAGE, {"wanted": "yes"}, follow=True).content.decode()
    assert digests.announce(now=MONDAY) == 1


def test_a_worker_loads_no_pages_for_a_letter() -> None:
    program = "from companion import digests, tasks"

    assert loaded_by(program, ["companion.digests", *PAGES_AND_API]) == {"companion.digests"}
