"""Students read what they were reminded of, follow it, and say how they want to be reminded."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from nudges.enums import NudgeKind
from nudges.models import NudgePreference
from planner.models import Task
from tests.factories.accounts import UserFactory
from tests.factories.nudges import NOW, NudgeFactory, NudgePreferenceFactory

pytestmark = pytest.mark.django_db
LIST = "/student/reminders/"
PREFERENCES = "/student/reminders/preferences"
ABOUT = str(uuid.UUID(int=7))


@pytest.fixture
def student() -> User:
    made: User = UserFactory()
    return made


@pytest.fixture
def client(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def told(student: User, **changes: Any) -> Any:
    return NudgeFactory(user=student, day=NOW.date(), **changes)


def keep(client: Client, **changes: Any) -> Any:
    given = {
        "in_app": "on",
        "quiet_from": "20:00",
        "quiet_until": "08:00",
        "time_zone": "Europe/Berlin",
        "seen": "1",
    }
    return client.post(PREFERENCES, given | changes)


def test_who_was_told_nothing_reads_when_they_will_be(client: Client) -> None:
    assert "At most once a day you are told here" in client.get(LIST).content.decode()


def test_a_reminder_is_read_with_its_reason_and_marked_once_it_is_seen(client: Client, student: User) -> None:
    nudge = told(student, text="Set yourself <b>one</b>.")
    NudgeFactory(title="Of somebody else")

    page = client.get(LIST).content.decode()
    assert "Set yourself &lt;b&gt;one&lt;/b&gt;." in page
    assert "Why you read this: You reached the goal on 11 March, 12:00." in page
    assert '<span class="badge accent">New</span>' in page
    assert "Of somebody else" not in page

    for _ in range(2):
        page = client.post(reverse("student:seen-reminder", args=[nudge.pk]), follow=True).content.decode()
    assert "New</span>" not in page
    assert "I have read it" not in page


def test_what_went_out_by_letter_alone_is_not_listed(client: Client, student: User) -> None:
    told(student, in_app=False, letter="waiting")

    assert "No reminders" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("unfinished_assessment", f"/student/assessments/{ABOUT}/questions"),
        ("advisor_replied", f"/student/questions/{ABOUT}"),
        ("result_ready", f"/student/assessments/{ABOUT}"),
        ("result_changed", f"/student/assessments/{ABOUT}"),
        ("credential_decided", f"/student/credentials/{ABOUT}"),
        ("goal_reached", f"/student/goals/{ABOUT}"),
        ("agreed_step", f"/student/sessions/{ABOUT}"),
        ("inactive", "/student/practice/"),
        ("related_skill", "/student/practice/"),
    ],
)
def test_a_reminder_leads_to_what_it_is_about(client: Client, student: User, kind: str, place: str) -> None:
    nudge = told(student, kind=kind, about=ABOUT)

    answer = client.post(reverse("student:follow-reminder", args=[nudge.pk]))

    nudge.refresh_from_db()
    assert answer["Location"] == place
    assert nudge.clicked_at
    assert nudge.opened_at


def test_every_kind_leads_somewhere_that_a_student_may_go(client: Client, student: User) -> None:
    for days, kind in enumerate(NudgeKind):
        nudge = NudgeFactory(user=student, kind=kind, about="", day=NOW.date() + dt.timedelta(days=days))
        answer = client.post(reverse("student:follow-reminder", args=[nudge.pk]), follow=True)
        assert answer.status_code == 200


def test_a_reminder_becomes_one_task(client: Client, student: User) -> None:
    nudge = told(student)

    for _ in range(2):
        answer = client.post(reverse("student:plan-reminder", args=[nudge.pk]))

    task = Task.objects.get()
    assert answer["Location"] == reverse("student:task", args=[task.pk])
    assert (task.user, task.source) == (student, "nudge")


@pytest.mark.parametrize("what", ["follow", "seen", "plan"])
def test_reminders_of_others_are_not_there(client: Client, what: str) -> None:
    theirs = NudgeFactory()

    assert client.post(reverse(f"student:{what}-reminder", args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.opened_at is None
    assert Task.objects.count() == 0


def test_preferences_are_kept_however_often_the_form_is_sent(client: Client, student: User) -> None:
    page = client.get(PREFERENCES).content.decode()
    assert 'name="quiet_from" value="21:00"' in page
    assert '<option value="" selected>That of your institution</option>' in page

    for _ in range(2):
        assert keep(client, stopped="on").status_code == 302

    kept = NudgePreference.objects.get()
    assert (kept.user, kept.in_app, kept.email) == (student, True, False)
    assert (kept.quiet_from, kept.quiet_until) == (dt.time(20), dt.time(8))
    assert (kept.time_zone, kept.version) == ("Europe/Berlin", 2)
    assert kept.stopped_at
    page = client.get(PREFERENCES).content.decode()
    assert "How you are reminded is kept." in page
    assert '<option value="Europe/Berlin" selected>' in page
    keep(client, seen="2")
    kept.refresh_from_db()
    assert kept.stopped_at is None


def test_preferences_that_changed_meanwhile_are_not_overwritten(client: Client, student: User) -> None:
    NudgePreferenceFactory(user=student, version=2)

    refused = keep(client, quiet_from="19:30")

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "This was changed in another window." in page
    assert 'name="quiet_from" value="19:30"' in page
    assert 'name="seen" value="2"' in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"quiet_from": "late"}, "Enter a valid time."), ({"time_zone": "Moon/Base"}, "Select a valid choice.")],
)
def test_preferences_that_cannot_be_are_refused(client: Client, sent: dict[str, str], said: str) -> None:
    refused = keep(client, **sent)

    assert refused.status_code == 400
    assert said in refused.content.decode()
