"""Letters, handed to a real mail server: what is in them, and what becomes of those that are not taken."""

import datetime as dt
import email
import re
import uuid
from collections.abc import Iterator
from email.message import Message

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from nudges import emails, repairs, services, tasks
from nudges.models import Nudge
from nudges.services.telling import LETTER
from nudges.signed_links import MarkedFor, signed_token
from ops import jobs
from ops.models import AsyncJob
from tests.alone import PAGES_AND_API, loaded_by
from tests.factories.accounts import UserFactory
from tests.factories.nudges import NudgeFactory, NudgePreferenceFactory
from tests.mail_server import Mailbox, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
GOAL = uuid.UUID(int=7)


@pytest.fixture
def server(settings: Settings) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.PUBLIC_URL = "https://learn.example.org"
        yield box


def waiting(**fields: object) -> Nudge:
    """Return a nudge whose letter waits, of a student without quiet hours."""
    student = UserFactory(email="sam@example.org", name="Sam")
    NudgePreferenceFactory(user=student, **{"quiet_from": dt.time(0), "quiet_until": dt.time(0), **fields})
    nudge: Nudge = NudgeFactory(
        user=student,
        letter="waiting",
        about=str(GOAL),
        title="You have reached your goal: Größen",
        text="Set the next.",
    )
    jobs.enqueue(LETTER, payload={"nudge_id": str(nudge.pk)}, unique_key=f"{LETTER}:{nudge.pk}")
    return nudge


def work(nudge: Nudge) -> str:
    jobs.drain(skip_waits=True)
    nudge.refresh_from_db()
    return str(nudge.letter)


def read(text: str) -> tuple[Message, str]:
    message = email.message_from_string(text)
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return message, payload.decode()


class TestWhatIsSent:
    def test_a_letter_says_what_and_why_and_how_to_stop(self, server: Mailbox) -> None:
        nudge = waiting()

        assert work(nudge) == "sent"

        (text,) = server.messages
        message, body = read(text)
        stop, way_in = signed_token(nudge.user_id, MarkedFor.STOP), signed_token(nudge.pk, MarkedFor.CLICK)
        assert server.recipients == ["<sam@example.org>"]
        assert str(email.header.make_header(email.header.decode_header(message["Subject"]))) == nudge.title
        assert message["Message-ID"] == f"<nudge-{nudge.pk}@learn.example.org>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        unfolded = re.sub(r"\s+", "", message["List-Unsubscribe"])
        assert unfolded == f"<https://learn.example.org/api/v1/nudges/stop/{stop}>"
        assert message.get_content_type() == "text/plain"
        assert body.splitlines() == [
            "Set the next.",
            "",
            f"https://learn.example.org/n/{way_in}",
            "",
            "Why you get this: You reached the goal on 11 March, 12:00.",
            f"To get no more of these: https://learn.example.org/nudges/stop/{stop}",
        ]

    def test_it_is_sent_once(self, server: Mailbox) -> None:
        nudge = waiting()
        work(nudge)
        first = nudge.sent_at

        AsyncJob.objects.update(status="queued", completed_at=None, attempts=0)
        work(nudge)

        assert len(server.messages) == 1
        assert nudge.sent_at == first is not None

    def test_djangos_own_backend_of_tests_gets_the_same(self) -> None:
        nudge = waiting()

        assert work(nudge) == "sent"
        assert [sent.to for sent in mail.outbox] == [["sam@example.org"]]


class TestWhatIsNotSent:
    @pytest.mark.parametrize(
        "fields",
        [
            {"email": False},
            {"stopped_at": timezone.now(), "look_at": None},
            {"quiet_from": dt.time(0), "quiet_until": dt.time(23, 59, 59, 999999)},
        ],
        ids=["not wanted any more", "stopped", "quiet hours have begun"],
    )
    def test_what_is_not_wanted_now_is_dropped(self, server: Mailbox, fields: dict[str, object]) -> None:
        nudge = waiting(**fields)

        assert work(nudge) == "dropped"
        assert server.messages == []

    @pytest.mark.parametrize("status", ["disabled", "erased"])
    def test_nobody_is_written_to_whose_account_is_closed(self, server: Mailbox, status: str) -> None:
        nudge = waiting()
        User.objects.filter(pk=nudge.user_id).update(status=status)

        assert work(nudge) == "dropped"
        assert server.messages == []

    def test_an_erased_nudge_has_no_letter(self, server: Mailbox) -> None:
        waiting().delete()

        jobs.drain()

        assert server.messages == []
        assert AsyncJob.objects.get().status == "succeeded"


class TestWhatIsNotTaken:
    def test_an_address_that_is_refused_for_good_is_not_tried_again(self, server: Mailbox) -> None:
        server.to_rcpt = ["550 no such mailbox sam@example.org"]
        nudge = waiting()

        assert work(nudge) == "failed"
        assert len(server.recipients) == 1
        assert nudge.in_app

    @pytest.mark.parametrize("step", ["to_rcpt", "to_data"])
    def test_a_server_that_asks_for_patience_gets_it_again(self, server: Mailbox, step: str) -> None:
        setattr(server, step, ["451 later, sam@example.org", "250 ok"])
        nudge = waiting()

        assert work(nudge) == "sent"
        assert len(server.messages) == 1
        assert AsyncJob.objects.get().attempts == 2

    def test_a_server_that_is_away_is_given_up_in_the_end(self, settings: Settings) -> None:
        with mail_server() as box:
            port = box.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        nudge = waiting()

        assert work(nudge) == "failed"
        job = AsyncJob.objects.get()
        assert job.attempts == 6
        assert "sam@" not in str(job.error_payload)

    def test_what_a_server_says_is_not_kept(self, server: Mailbox) -> None:
        server.to_data = ["451 later, sam@example.org"]
        nudge = waiting()
        jobs.drain()

        assert nudge.letter == "waiting"
        error = AsyncJob.objects.get().error_payload
        assert error is not None
        assert error["message"] == "the mail server did not take the letter"
        assert "sam@" not in str(error)


class TestRepairs:
    def test_a_letter_without_a_job_is_sent_and_one_whose_job_died_has_failed(self) -> None:
        nudge = waiting()
        AsyncJob.objects.all().delete()
        about = {"now": timezone.now(), "since": timezone.now()}

        assert [repairs.restore_letters(**about) for _ in range(2)] == [1, 0]
        AsyncJob.objects.update(status="dead", completed_at=timezone.now())
        assert [repairs.restore_letters(**about) for _ in range(2)] == [1, 0]

        nudge.refresh_from_db()
        assert nudge.letter == "failed"

    def test_one_that_has_only_begun_to_wait_is_left_alone(self) -> None:
        waiting()
        AsyncJob.objects.all().delete()
        at = Nudge.objects.get().created_at

        assert repairs.restore_letters(now=at + dt.timedelta(minutes=1), since=at) == 0


class TestFromLookToMailbox:
    def test_the_link_in_the_letter_leads_back_and_the_other_one_out(self, server: Mailbox) -> None:
        nudge = waiting()
        work(nudge)
        _, body = read(server.messages[0])
        way_in, way_out = re.findall(r"https://learn\.example\.org(/\S+)", body)
        client = Client()

        answer = client.get(way_in)
        assert answer.headers["Location"] == f"/student/goals/{GOAL}"
        assert client.post(way_out).status_code == 200
        assert services.preference_of(by=nudge.user, now=timezone.now()).stopped_at is not None


def test_letters_lead_where_the_pages_are() -> None:
    found = {
        name: reverse(name, args=["token"]).removesuffix("token")
        for name in ("nudge-click", "nudges-stop", "nudges-stop-once")
    }

    assert found == {
        "nudge-click": emails.WAY_IN,
        "nudges-stop": emails.WAY_OUT,
        "nudges-stop-once": emails.BUTTON,
    }


def test_a_worker_writes_letters_without_loading_pages_or_api() -> None:
    program = (
        "import uuid; from nudges import emails; from nudges.queries import Letter; one = uuid.UUID(int=1); "
        "emails.written(Letter(one, one, 'sam@example.org', 'a', 'b', 'c', True)).message()"
    )

    assert loaded_by(program, ["nudges.emails", *PAGES_AND_API]) == {"nudges.emails"}


def test_the_handlers_are_those_that_jobs_name(settings: Settings) -> None:
    entry = settings.JOB_KINDS[LETTER]

    assert entry["handler"] == f"{tasks.__name__}.{tasks.send_letter.__name__}"
    assert entry["give_up"] == f"{tasks.__name__}.{tasks.give_up_letter.__name__}"
