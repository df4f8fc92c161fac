"""What a tutoring system tells is taken once, if it is signed, and about students alone."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import User
from microcred.db import database_now
from ops import jobs
from ops.models import AsyncJob, AuditLog
from partners import signing
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.tutoring.scenes import add_source, catalog, lines, message, send
from tutoring import queries, services
from tutoring.enums import SummaryStatus
from tutoring.models import SessionSummary, TutoringSecret

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def skills(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)


def test_a_signed_message_is_taken_and_summarised() -> None:
    source, secret = add_source()
    student: User = UserFactory()

    answer = send(source, secret, message(student))

    summary = SessionSummary.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"summary_id": str(summary.pk), "status": "waiting"})
    assert (summary.user_id, summary.source_id, summary.session_id, summary.webhook_id) == (
        student.pk, source.pk, "s-1", "msg_1",
    )  # fmt: skip
    assert (summary.tutor, summary.subject) == ("Ada Okafor", "Databases")
    assert AsyncJob.objects.get().payload == {"summary_id": str(summary.pk)}
    assert AuditLog.objects.filter(action="summary.received", resource_id=summary.pk).count() == 1
    jobs.drain()
    summary.refresh_from_db()
    assert (summary.status, summary.skills) == (SummaryStatus.READY, ["sql"])


def test_what_a_system_says_for_other_receivers_is_passed_over() -> None:
    said = message(UserFactory(), rating=5)

    assert send(*add_source(), {**said, "tenant": "t-1"}).status_code == 202


def test_the_same_message_again_is_told_what_came_of_it_and_does_nothing() -> None:
    source, secret = add_source()
    said = message(UserFactory())
    first = send(source, secret, said)
    jobs.drain()

    again = send(source, secret, said)

    assert (again.status_code, again.json()) == (202, first.json() | {"status": "ready"})
    assert (SessionSummary.objects.count(), AsyncJob.objects.count()) == (1, 1)


def test_another_message_under_the_same_id_is_a_conflict() -> None:
    source, secret = add_source()
    student: User = UserFactory()
    send(source, secret, message(student))

    answer = send(source, secret, message(student, subject="Something else"))

    assert (answer.status_code, answer.json()["error_code"]) == (409, "SUMMARY_409")
    assert SessionSummary.objects.count() == 1


def test_two_systems_may_use_the_same_id() -> None:
    student: User = UserFactory()
    for name in ("One", "Two"):
        assert send(*add_source(name), message(student)).status_code == 202

    assert SessionSummary.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", ["secret", "source", "no source", "switched off", "old", "new", "changed", "unsigned", "id"]
)
def test_what_is_not_signed_as_it_should_be_gets_one_and_the_same_answer(wrong: str) -> None:
    source, secret = add_source()
    named: Any = source.pk
    said, late = message(UserFactory()), 0
    headers: dict[str, str] = {}
    match wrong:
        case "secret":
            secret = signing.encode_secret(b"x" * 32)
        case "source":
            named = uuid.uuid4()
        case "no source":
            named = "nobody"
        case "switched off":
            services.set_active(by=None, source_id=source.pk, active=False)
        case "old":
            late = -301
        case "new":
            late = 305
        case "changed":
            headers = {"webhook-signature": "v1,AAAA"}
        case "unsigned":
            headers = {"webhook-signature": ""}
        case "id":
            headers = {"webhook-id": "msg_9"}

    answer = send(named, secret, said, late=late, **headers)

    refused = answer.json()
    assert (answer.status_code, refused["error_code"], refused["message"]) == (
        401, "SIGNATURE_401", "The message is not signed by a known source.",
    )  # fmt: skip
    assert SessionSummary.objects.count() == 0


def test_a_token_of_a_person_lets_nobody_tell_of_sessions() -> None:
    source, _ = add_source()
    student: User = UserFactory()
    from_student = send(source, signing.encode_secret(b"y" * 32), message(student), Authorization="Bearer x")

    assert from_student.status_code == 401


def test_both_secrets_are_good_while_one_replaces_the_other() -> None:
    source, first = add_source()
    student: User = UserFactory()
    second = services.rotate(by=None, source_id=source.pk, now=database_now())
    third = services.rotate(by=None, source_id=source.pk, now=database_now())

    codes = [
        send(source, secret, message(student, session_id=str(number)), webhook_id=f"msg_{number}").status_code
        for number, secret in enumerate((first, second, third))
    ]

    assert codes == [401, 202, 202]
    later = database_now() + dt.timedelta(hours=25)
    assert queries.live_secrets(source.pk, now=later) == (third,)
    assert not TutoringSecret.objects.filter(sealed__contains=third[6:20]).exists()


@pytest.mark.parametrize("who", ["nobody", "advisor", "disabled"])
def test_who_is_no_student_cannot_be_written_about(who: str) -> None:
    source, secret = add_source()
    about: Any = uuid.uuid4() if who == "nobody" else AdvisorFactory() if who == "advisor" else UserFactory()
    if who == "disabled":
        accounts.disable(by=None, person=about)

    answer = send(source, secret, message(about))

    said = answer.json()
    assert (answer.status_code, said["error_code"], said["message"], said["details"]) == (
        422, "SUMMARY_422", "There is no such student.", {"field": "data.student_id"},
    )  # fmt: skip
    assert SessionSummary.objects.count() == 0


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"session_id": ""}, "session_id"),
        ({"student_id": "me"}, "student_id"),
        ({"ended_at": "2026-03-12T14:00:00Z"}, "ended_at"),
        ({"transcript": 7}, "transcript"),
        ({"transcript": [{"speaker": "dog", "text": "Woof"}]}, "transcript"),
        ({"transcript": "x" * 200_001}, "transcript"),
        ({"transcript": lines(("tutor", "x" * 150_000), ("tutor", "y" * 60_000))}, "transcript"),
        ({"transcript_url": "https://files.example.org/1"}, "non_field_errors"),
    ],
)
def test_what_cannot_be_read_is_refused(data: dict[str, Any], field: str) -> None:
    source, secret = add_source()

    answer = send(source, secret, message(UserFactory(), **data))

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]["data"]) == [field]
    assert SessionSummary.objects.count() == 0


def test_a_session_of_which_nothing_is_told_replaces_nothing() -> None:
    source, secret = add_source()
    student = UserFactory()
    send(source, secret, message(student))

    answer = send(source, secret, message(student, transcript=None), webhook_id="msg_2")

    needed = ["Send transcript or transcript_url: without one there is nothing to summarise."]
    assert answer.status_code == 400
    assert answer.json()["details"]["fields"] == {
        "data": {"transcript": needed, "transcript_url": needed},
    }  # fmt: skip
    assert SessionSummary.objects.count() == 1


@pytest.mark.parametrize(
    "url", ["http://files.example.org/1", "https://10.0.0.1/1", "https://localhost/1", "ftp://x/1"]
)
def test_an_address_that_nothing_is_fetched_from_is_refused_at_once(url: str, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = False
    source, secret = add_source()

    answer = send(source, secret, message(UserFactory(), transcript=None, transcript_url=url))

    assert (answer.status_code, answer.json()["error_code"]) == (400, "URL_400")


@pytest.mark.parametrize("body", [b"{", b'{"type": "session.begun"}', b"[]"])
def test_other_messages_are_refused(body: bytes) -> None:
    assert send(*add_source(), body).status_code == 400


def test_the_message_that_wins_a_race_is_the_one() -> None:
    source, secret = add_source()
    student: User = UserFactory()
    send(source, secret, message(student))

    with pytest.raises(IntegrityError, match="session_summaries_once"), transaction.atomic():
        SessionSummary.objects.get().__class__.objects.create(
            source=source, webhook_id="msg_1", body_sha256="1" * 64, user=student, session_id="s-2",
            started_at=database_now(), ended_at=database_now(), received_at=database_now(),
        )  # fmt: skip


def test_more_signatures_than_anybody_has_are_not_looked_at() -> None:
    source, secret = add_source()
    student = UserFactory()
    body = json.dumps(message(student)).encode()
    now = int(database_now().timestamp())
    fitting = signing.sign(signing.Message("msg_1", now, body), [secret])

    statuses = [
        _status(
            source, secret, body, {"webhook-timestamp": str(now), "webhook-signature": f"{before}{fitting}"}
        )
        for before in ("v1,a " * 8, "v1,a " * 7, f"{'a' * 1024} ")
    ]

    assert statuses == [401, 202, 401]


def test_a_body_is_gone_through_once_for_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    source, secret = add_source()
    sign, signed = signing._signature, []

    def noted(said: signing.Message, key: str) -> str:
        signed.append(key)
        return sign(said, key)

    body = json.dumps(message(UserFactory())).encode()
    monkeypatch.setattr(signing, "_signature", noted)

    assert _status(source, secret, body, {"webhook-signature": "v1,a v1,b v1,c"}) == 401
    assert signed.count(secret) <= 2  # once by whoever sends it


def test_a_body_that_is_too_long_is_not_read() -> None:
    source, secret = add_source()

    answer = send(source, secret, b" " * (1024 * 1024 + 1))

    assert (answer.status_code, SessionSummary.objects.count()) == (413, 0)


def test_a_session_that_is_not_over_is_refused() -> None:
    source, secret = add_source()
    ended = database_now() + dt.timedelta(days=2)

    answer = send(source, secret, message(UserFactory(), ended_at=ended.isoformat()))

    assert (answer.status_code, SessionSummary.objects.count()) == (400, 0)


def _status(source: Any, secret: str, body: bytes, headers: Any) -> int:
    return int(send(source, secret, body, **headers).status_code)
