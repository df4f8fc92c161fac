"""Students keep what they have set out to do."""

import datetime as dt
import re
import uuid
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from planner import services
from planner.models import Task
from tests.factories.accounts import UserFactory
from tests.factories.nudges import NudgeFactory, NudgePreferenceFactory
from tests.factories.planner import TaskFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)
LIST = "/student/tasks/"


@pytest.fixture
def student() -> User:
    made: User = UserFactory()
    return made


@pytest.fixture
def client(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


def shown(client: Client, **narrowed: str) -> str:
    return client.get(LIST, narrowed).content.decode()


def titles(page: str) -> list[str]:
    return re.findall(r'<th role="rowheader" scope="row"><a href="[^"]+">([^<]+)</a>', page)


def change(client: Client, task: Task, **changes: Any) -> Any:
    given = {
        "title": task.title,
        "status": task.status,
        "priority": task.priority,
        "seen": task.version,
    } | changes
    return client.post(reverse("student:task", args=[task.pk]), given)


def test_who_has_no_task_is_told_where_they_come_from(client: Client) -> None:
    page = shown(client)

    assert "Nothing to do" in page
    assert "Nothing due today" in page


def test_a_form_that_is_sent_twice_adds_one_task(client: Client, student: User) -> None:
    (once,) = re.findall(r'name="once" value="([0-9a-f-]{36})"', shown(client))
    sent = {"title": " Read about <joins> ", "due_on": "2026-03-12", "priority": "high", "once": once}

    for _ in range(2):
        page = client.post(LIST, sent, follow=True).content.decode()

    task = Task.objects.get()
    assert (task.user, task.title, task.priority, task.source) == (
        student,
        "Read about <joins>",
        "high",
        "manual",
    )
    assert task.due_at == dt.datetime(2026, 3, 12, 23, 59, tzinfo=dt.UTC)
    assert "Read about &lt;joins&gt;</a>" in page
    assert "12 Mar 2026" in page
    assert '<span class="badge bad">Overdue</span>' in page
    assert '<span class="badge warn">High</span>' in page
    assert "1 overdue, nothing due today" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"title": " "}, "Say what you want to do."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"title": "Read", "due_on": "soon"}, "Enter a valid date."),
        ({"title": "Read", "priority": "none"}, "Select a valid choice."),
    ],
)
def test_a_task_that_cannot_be_is_refused_with_what_was_typed(
    client: Client, sent: dict[str, str], said: str
) -> None:
    refused = client.post(LIST, {"priority": "low", "once": str(uuid.uuid4()), **sent})

    page = refused.content.decode()
    assert refused.status_code == 400
    assert said in page
    assert f'value="{sent["title"].strip()}"' in page or not sent["title"].strip()
    assert Task.objects.count() == 0


def test_a_full_list_is_said_in_the_services_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_TASKS", 0)

    refused = client.post(LIST, {"title": "Read", "priority": "low", "once": str(uuid.uuid4())})

    assert "Nobody has more than 0 tasks. Delete some first." in refused.content.decode()


def test_what_is_due_comes_first_and_the_list_is_narrowed(client: Client, student: User) -> None:
    TaskFactory(user=student, title="One day")
    TaskFactory(user=student, title="Soon", due_at=NOW)
    TaskFactory(user=student, title="Over", status="done", completed_at=NOW)
    TaskFactory(user=student, title="Not after all", status="cancelled", source="nudge", reference="x")
    TaskFactory(title="Of somebody else")

    assert titles(shown(client)) == ["Soon", "One day"]
    assert titles(shown(client, show="done")) == ["Over"]
    assert titles(shown(client, show="nothing")) == ["Soon", "One day"]
    assert titles(shown(client, show="all", search="o")) == ["Soon", "One day", "Over", "Not after all"]
    assert "from a reminder" in shown(client, show="cancelled")
    assert "Nothing found" in shown(client, search="zebra")


def test_a_long_list_goes_on_behind_its_last_task(client: Client, student: User) -> None:
    for number in range(26):
        TaskFactory(user=student, title=f"Task {number:02}", due_at=NOW + dt.timedelta(days=number))

    first = shown(client)
    (after,) = re.findall(r'rel="next" href="\?after=([^"]+)"', first)

    assert titles(first) == [f"Task {number:02}" for number in range(25)]
    assert titles(shown(client, after=unquote(after))) == ["Task 25"]
    assert titles(shown(client, after="of nobody")) == titles(first)


def test_a_task_is_ticked_off_and_taken_up_again_where_the_student_was(client: Client, student: User) -> None:
    task = TaskFactory(user=student, title="Read")

    for _ in range(2):
        done = client.post(reverse("student:finish-task", args=[task.pk]) + "?show=all&search=r")
    assert done["Location"] == f"{LIST}?show=all&search=r"
    page = client.get(done["Location"]).content.decode()
    task.refresh_from_db()
    assert (task.status, task.version) == ("done", 2)
    assert "Done: Read" in page
    assert '<span class="badge good">Done</span>' in page

    for _ in range(2):
        client.post(reverse("student:reopen-task", args=[task.pk]))
    task.refresh_from_db()
    assert (task.status, task.version) == ("todo", 3)


def test_what_was_called_off_is_not_ticked_off(client: Client, student: User) -> None:
    task = TaskFactory(user=student, status="cancelled")

    page = client.post(reverse("student:finish-task", args=[task.pk]), follow=True).content.decode()

    assert "The task was cancelled. Reopen it first." in page


def test_a_task_is_changed_and_its_hour_stays_where_its_day_does(client: Client, student: User) -> None:
    task = TaskFactory(user=student, title="Read", due_at=NOW, tags=["sql", "joins"])
    page = client.get(reverse("student:task", args=[task.pk])).content.decode()
    assert 'name="due_on" value="2026-03-11"' in page
    assert 'value="sql, joins"' in page

    sent = {"due_on": "2026-03-11", "description": "a\r\nb", "tags": "sql,, rows ", "status": "in_progress"}
    assert change(client, task, **sent).status_code == 302

    task.refresh_from_db()
    assert (task.due_at, task.description, task.tags, task.status) == (
        NOW,
        "a\nb",
        ["sql", "rows"],
        "in_progress",
    )
    change(client, task, due_on="")
    task.refresh_from_db()
    assert task.due_at is None


def test_a_change_of_an_older_version_is_refused_with_what_was_typed(client: Client, student: User) -> None:
    task = TaskFactory(user=student, title="Read")
    services.change_task(by=student, task_id=task.pk, now=NOW, title="Read all of it")

    refused = change(client, task, title="Read a part")

    page = refused.content.decode()
    assert refused.status_code == 400
    assert "The task has changed since you opened it." in page
    assert "<h1>Read all of it</h1>" in page
    assert 'value="Read a part"' in page
    assert 'name="seen" value="2"' in page


def test_a_day_is_over_by_the_students_clock(client: Client, student: User) -> None:
    NudgePreferenceFactory(user=student, time_zone="America/Los_Angeles")

    client.post(LIST, {"title": "Read", "due_on": "2026-03-12", "priority": "low", "once": str(uuid.uuid4())})

    task = Task.objects.get()
    assert task.due_at == dt.datetime(2026, 3, 13, 6, 59, tzinfo=dt.UTC)
    assert "12 Mar 2026" in shown(client)
    assert 'value="2026-03-12"' in client.get(reverse("student:task", args=[task.pk])).content.decode()
    change(client, task, due_on="2026-03-12", priority="high")
    task.refresh_from_db()
    assert (task.due_at, task.priority) == (dt.datetime(2026, 3, 13, 6, 59, tzinfo=dt.UTC), "high")


def test_new_reminders_are_counted_beside_the_list(client: Client, student: User) -> None:
    NudgeFactory(user=student)

    assert '<span class="badge accent">1 new</span>' in shown(client)


def test_a_tag_that_is_too_long_is_refused(client: Client, student: User) -> None:
    refused = change(client, TaskFactory(user=student), tags="x" * 51)

    assert "At most 20 tags of 1 to 50 characters." in refused.content.decode()


def test_a_task_is_deleted_unless_it_has_changed_since(client: Client, student: User) -> None:
    task = TaskFactory(user=student)
    address = reverse("student:delete-task", args=[task.pk])

    kept = client.post(address, {"seen": "0"}, follow=True).content.decode()
    assert "It was not deleted. The task has changed since. Read it again." in kept
    assert "The task is deleted." in client.post(address, {"seen": "1"}, follow=True).content.decode()
    assert Task.objects.count() == 0
    again = client.post(address, {"seen": "1"}, follow=True)
    assert again.redirect_chain == [(LIST, 302)]
    assert "There is no such task any more." in again.content.decode()


def test_a_task_of_somebody_else_is_as_gone_as_one_that_was_deleted(client: Client) -> None:
    theirs = TaskFactory(title="Theirs")

    said = client.post(
        reverse("student:delete-task", args=[theirs.pk]), {"seen": "1"}, follow=True
    ).content.decode()

    assert ("There is no such task any more." in said, "Theirs" in said) == (True, False)
    assert Task.objects.count() == 1


@pytest.mark.parametrize("what", ["task", "finish-task", "reopen-task"])
def test_tasks_of_others_are_not_there(client: Client, what: str) -> None:
    theirs = TaskFactory(title="Theirs")

    answer = client.post(
        reverse(f"student:{what}", args=[theirs.pk]),
        {"title": "Mine", "status": "done", "priority": "low", "seen": "1"},
    )

    assert answer.status_code == 404
    theirs.refresh_from_db()
    assert (theirs.title, theirs.status) == ("Theirs", "todo")


def test_a_list_takes_as_many_queries_however_long_it_is(
    client: Client, student: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 2, 3):
        TaskFactory(user=student)
        if number in {1, 3}:
            with django_assert_num_queries(7):
                page = shown(client)
            assert len(titles(page)) == number
