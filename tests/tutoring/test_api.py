"""Who reads summaries, and what they are shown."""

import datetime as dt
import uuid
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import GuardianLink, User
from planner.models import Task
from tests.clients import client_of
from tests.factories.accounts import (
    AdvisorAssignmentFactory,
    AdvisorFactory,
    UserFactory,
)
from tests.factories.tutoring import (
    NOW,
    SessionTranscriptFactory,
    SummaryFactory,
    SummaryVersionFactory,
    line,
    step,
)
from tests.tutoring.scenes import JOINS, catalog, summarised
from tutoring import queries, services
from tutoring.models import SessionSummary

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def skills(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)


@pytest.fixture
def student() -> User:
    found: User = UserFactory()
    return found


def address(summary: SessionSummary, rest: str = "") -> str:
    return f"/api/v1/summaries/{summary.user_id}/{summary.pk}{rest}"


def listed(by: User, student: User, **query: Any) -> list[str]:
    answer = client_of(by).get(f"/api/v1/summaries/{student.pk}", query)
    assert answer.status_code == 200
    return [one["summary_id"] for one in answer.json()["items"]]


def test_a_student_reads_what_was_worked_on(student: User) -> None:
    summary = summarised(student)

    shown = client_of(student).get(f"/api/v1/summaries/{student.pk}").json()["items"][0]

    assert (shown["summary_id"], shown["session_id"], shown["tutor"], shown["subject"]) == (
        str(summary.pk), "s-1", "Ada Okafor", "Databases",
    )  # fmt: skip
    assert (shown["status"], shown["outcome"], shown["author"], shown["failure"], shown["note"]) == (
        "ready", "summarised", "extract", None, None,
    )  # fmt: skip
    assert shown["narrative"].startswith(
        "In this session tutor and student worked on SQL. On SQL, the student said: “"
    )
    assert [one["skill"] for one in shown["topics"]] == ["sql"]
    assert shown["steps"][0]["text"] == JOINS[5][1]
    assert "transcript" not in shown


def test_one_summary_has_the_lines_that_it_cites_and_the_transcript_while_that_is_held(student: User) -> None:
    summary = summarised(student)
    client = client_of(student)

    shown = client.get(address(summary)).json()

    cited = {one["number"] for one in shown["lines"]}
    assert {number for one in shown["sentences"] for number in one["lines"]} <= cited
    assert [one["text"] for one in shown["transcript"]] == [text for _, text in JOINS]
    assert shown["transcript_held_until"][:10] == f"{summary.received_at + dt.timedelta(days=30):%Y-%m-%d}"
    summary.transcript.delete()
    later = client.get(address(summary)).json()
    assert (later["transcript"], later["transcript_held_until"], later["lines"]) == (
        None,
        None,
        shown["lines"],
    )


def test_guardians_read_the_summary_and_not_all_that_was_said(student: User) -> None:
    summary = summarised(student)
    guardian: User = UserFactory(role=Role.GUARDIAN)
    GuardianLink.objects.create(guardian=guardian, student=student)

    shown = client_of(guardian).get(address(summary)).json()

    assert (shown["narrative"] != "", shown["transcript"], shown["transcript_held_until"]) == (
        True,
        None,
        None,
    )


def test_others_learn_nothing(student: User) -> None:
    summary = summarised(student)
    for stranger in (UserFactory(), AdvisorFactory()):
        answers = [
            client_of(stranger).get(path).json()["error_code"]
            for path in (
                f"/api/v1/summaries/{student.pk}",
                address(summary),
                f"/api/v1/summaries/{uuid.uuid4()}",
            )
        ]
        assert len(set(answers)) == 1
    other: User = UserFactory()
    mixed = f"/api/v1/summaries/{other.pk}/{summary.pk}"
    assert client_of(other).get(mixed).json()["error_code"] == "SUMMARY_404"


@pytest.mark.parametrize("standing", ["superseded", "withdrawn"])
def test_what_counts_no_more_is_shown_to_those_who_may_correct_it(student: User, standing: str) -> None:
    summary = SummaryFactory(user=student, standing=standing)
    SummaryVersionFactory(summary=summary)
    advisor: User = AdvisorAssignmentFactory(student=student).advisor

    assert (listed(student, student), listed(advisor, student)) == ([], [str(summary.pk)])
    assert client_of(student).get(address(summary)).status_code == 404
    assert client_of(advisor).get(address(summary)).json()["standing"] == standing


def test_the_list_is_narrowed_by_skill_and_time(student: User) -> None:
    old = SummaryFactory(
        user=student, ended_at=NOW - dt.timedelta(days=9), started_at=NOW - dt.timedelta(days=9)
    )
    new = SummaryFactory(user=student, skills=["python", "sql"])

    assert listed(student, student) == [str(new.pk), str(old.pk)]
    assert listed(student, student, skill="python") == [str(new.pk)]
    assert listed(student, student, skill="kanban") == []
    assert listed(student, student, since="2026-03-12T00:00:00Z") == [str(new.pk)]


@pytest.mark.parametrize(
    ("outcome", "note"), [("too_little", "Too little was said"), ("no_skill", "Nothing that was")]
)
def test_where_there_is_no_summary_it_says_why(student: User, outcome: str, note: str) -> None:
    version = SummaryVersionFactory(summary__user=student, outcome=outcome, narrative=[], topics=[])

    shown = client_of(student).get(address(version.summary)).json()

    assert (shown["outcome"], shown["narrative"], shown["note"][: len(note)]) == (outcome, "", note)


def test_a_next_step_becomes_one_task(student: User) -> None:
    summary = summarised(student)
    client = client_of(student)

    first, again = (client.post(address(summary, "/steps/1/task")) for _ in range(2))

    task = Task.objects.get()
    assert (first.status_code, first.json()) == (
        200, {"summary_id": str(summary.pk), "number": 1, "task_id": str(task.pk)},
    )  # fmt: skip
    assert again.json() == first.json()
    assert (task.user_id, task.source, task.reference, task.title) == (
        student.pk, "session", f"{summary.pk}:1", JOINS[5][1],
    )  # fmt: skip
    assert task.description.endswith("(Databases).")


def test_there_is_no_task_without_a_step(student: User) -> None:
    summary = summarised(student)
    answer = client_of(student).post(address(summary, "/steps/9/task"))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "STEP_404")
    SessionSummary.objects.update(standing="withdrawn")
    answer = client_of(student).post(address(summary, "/steps/1/task"))
    assert (answer.status_code, answer.json()["error_code"]) == (404, "SUMMARY_404")


def test_open_steps_are_those_that_count_and_are_no_tasks(student: User) -> None:
    version = SummaryVersionFactory(
        summary__user=student,
        steps=[step(1, "Read."), step(2, "Write.", skill=None)],
        lines=[line(1, "Read.")],
    )
    SummaryVersionFactory(
        summary=SummaryFactory(user=student, standing="superseded"), steps=[step(1, "Old.")]
    )
    SummaryVersionFactory(summary__user=UserFactory(), steps=[step(1, "Another's.")])
    SessionTranscriptFactory(summary=version.summary)
    client_of(student).post(address(version.summary, "/steps/1/task"))

    (found,) = queries.open_steps([student.pk], since=NOW, until=NOW)

    assert (found.user_id, found.summary_id, found.number, found.ended_at, found.text, found.skill) == (
        student.pk, version.summary_id, 2, NOW, "Write.", None,
    )  # fmt: skip
    assert queries.open_steps([student.pk], since=NOW + SECOND, until=NOW + SECOND) == []
    assert queries.open_steps([student.pk], since=NOW - SECOND, until=NOW - SECOND) == []


def test_a_message_that_is_sent_again_makes_no_second_task_of_a_step() -> None:
    student = UserFactory()
    first = SummaryVersionFactory(
        summary=SummaryFactory(user=student, standing="superseded", received_at=NOW - SECOND),
        steps=[step(1, "Read."), step(2, "Write.")],
    ).summary
    summary = SummaryVersionFactory(
        summary=SummaryFactory(user=student, source=first.source, session_id=first.session_id),
        steps=[step(1, "Rest."), step(2, "Read.")],
    ).summary
    first.replaced_by = summary
    first.save()
    services_task = services.plan_step(
        by=student, user_id=student.pk, summary_id=summary.pk, number=2, now=NOW
    )

    again = client_of(student).post(address(summary, "/steps/2/task"))
    (left,) = queries.open_steps([student.pk], since=NOW, until=NOW)

    assert again.json()["task_id"] == str(services_task)
    assert Task.objects.get().reference == f"{first.pk}:1"
    assert (left.text, left.summary_id, left.first_id) == ("Rest.", summary.pk, first.pk)
