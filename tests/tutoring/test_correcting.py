"""Who looks after a student has a summary say something else, at once, with a reason that the student reads."""

from typing import Any

import pytest

from accounts.models import User
from ops.models import AuditLog
from practice.models import TaughtSkill
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory
from tests.factories.tutoring import SummaryVersionFactory, WaitingSummaryFactory
from tests.tutoring.scenes import JOINS, catalog, summarised
from tutoring import queries
from tutoring.models import SessionSummary, SummaryVersion

pytestmark = pytest.mark.django_db
STEP = {"text": JOINS[5][1], "skill": "sql"}


@pytest.fixture(autouse=True)
def skills(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog(monkeypatch)


@pytest.fixture
def people() -> tuple[User, User]:
    """A student, and who advises them."""
    link = AdvisorAssignmentFactory()
    return link.student, link.advisor


def override(by: User, summary: SessionSummary, headers: Any = None, **said: Any) -> Any:
    place = f"/api/v1/summaries/{summary.user_id}/{summary.pk}/overrides"
    return client_of(by).post(place, {"reason": "I was there.", **said}, format="json", headers=headers)


def read(by: User, summary: SessionSummary) -> Any:
    return client_of(by).get(f"/api/v1/summaries/{summary.user_id}/{summary.pk}").json()


def test_a_summary_says_something_else_at_once(people: tuple[User, User]) -> None:
    student, advisor = people
    summary = summarised(student)

    made = override(advisor, summary, narrative="We talked about boards.", topics=["kanban"])

    shown = read(student, summary)
    assert (made.status_code, made.json()["version"], made.json()["made_by"]) == (201, 2, advisor.name)
    assert (shown["narrative"], shown["author"]) == ("We talked about boards.", "person")
    assert shown["topics"] == [{"skill": "kanban", "name": "Kanban", "share": None}]
    assert shown["steps"][0]["text"] == JOINS[5][1]
    assert (shown["correction"]["kind"], shown["correction"]["reason"]) == ("corrected", "I was there.")
    assert TaughtSkill.objects.get().skill.key == "kanban"
    assert AuditLog.objects.get(action="summary.corrected").metadata == {
        "version": 2, "student_id": str(student.pk),
    }  # fmt: skip


def test_what_it_said_before_is_kept(people: tuple[User, User]) -> None:
    student, advisor = people
    summary = summarised(student)
    override(advisor, summary, narrative="Boards.")

    place = f"/api/v1/summaries/{student.pk}/{summary.pk}/overrides"
    now, before = client_of(advisor).get(place).json()["items"]

    assert (now["kind"], now["author"], now["reason"]) == ("corrected", "person", "I was there.")
    assert (before["kind"], before["author"], before["made_by"]) == ("made", "extract", None)
    assert before["sentences"][0]["text"].startswith("In this session")
    assert client_of(student).get(place).status_code == 403


def test_a_step_keeps_its_number_and_no_other_gets_it(people: tuple[User, User]) -> None:
    student, advisor = people
    summary = summarised(student)

    override(advisor, summary, steps=[{"text": "Read chapter two."}, STEP])
    first = [(one["number"], one["text"], one["said_by"]) for one in read(student, summary)["steps"]]
    override(advisor, summary, steps=[{"text": "Rest.", "skill": None}])
    second = [(one["number"], one["text"]) for one in read(student, summary)["steps"]]

    assert first == [(2, "Read chapter two.", "advisor"), (1, JOINS[5][1], "tutor")]
    assert second == [(3, "Rest.")]


def test_a_summary_is_withdrawn(people: tuple[User, User]) -> None:
    student, advisor = people
    summary = summarised(student)

    made = override(advisor, summary, withdraw=True)

    summary.refresh_from_db()
    assert (made.status_code, made.json()["kind"], summary.standing) == (201, "withdrawn", "withdrawn")
    assert client_of(student).get(f"/api/v1/summaries/{student.pk}").json()["items"] == []
    assert read(advisor, summary)["correction"]["kind"] == "withdrawn"
    assert TaughtSkill.objects.count() == 0
    assert queries.open_steps([student.pk], since=summary.ended_at, until=summary.ended_at) == []
    assert override(advisor, summary, narrative="Again.").json()["error_code"] == "OVERRIDE_409"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({}, 400, "INVALID_400"),
        ({"withdraw": True, "narrative": "Both."}, 400, "INVALID_400"),
        ({"narrative": ""}, 400, "INVALID_400"),
        ({"narrative": " ", "topics": []}, 400, "INVALID_400"),
        ({"withdraw": "yes"}, 400, "INVALID_400"),
        ({"narrative": "No reason.", "reason": ""}, 400, "INVALID_400"),
        ({"topics": ["alchemy"]}, 400, "SKILL_400"),
        ({"steps": [{"text": "Read.", "skill": "alchemy"}]}, 400, "SKILL_400"),
        ({"steps": [STEP]}, 409, "OVERRIDE_409"),
    ],
)
def test_what_cannot_be_set_is_refused(people: tuple[User, User], said: Any, status: int, code: str) -> None:
    student, advisor = people
    summary = summarised(student)

    answer = override(advisor, summary, **said)

    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert SummaryVersion.objects.count() == 1


@pytest.mark.parametrize("said", [{"narrative": "Boards."}, {"withdraw": True}])
def test_who_names_the_version_that_they_read_undoes_nothing_unseen(
    people: tuple[User, User], said: Any
) -> None:
    student, advisor = people
    summary = summarised(student)
    place = f"/api/v1/summaries/{student.pk}/{summary.pk}"
    seen = {"If-Match": client_of(advisor).get(place).headers["ETag"]}
    override(AdvisorAssignmentFactory(student=student).advisor, summary, topics=["kanban"])

    late = override(advisor, summary, seen, **said)

    assert (late.status_code, late.json()["error_code"]) == (412, "VERSION_412")
    assert SummaryVersion.objects.filter(summary=summary).count() == 2
    again = client_of(advisor).get(place)
    assert (seen["If-Match"], again.headers["ETag"], again.json()["version"]) == ('"1"', '"2"', 2)
    assert override(advisor, summary, {"If-Match": '"2"'}, **said).status_code == 201


def test_only_what_is_there_is_corrected(people: tuple[User, User]) -> None:
    student, advisor = people

    assert override(advisor, WaitingSummaryFactory(user=student), narrative="Soon.").status_code == 409


def test_who_does_not_look_after_a_student_corrects_nothing(people: tuple[User, User]) -> None:
    student, _ = people
    version = SummaryVersionFactory(summary__user=student)

    assert override(student, version.summary, narrative="Mine.").status_code == 403
    assert override(AdvisorFactory(), version.summary, narrative="Mine.").status_code == 404
    assert SummaryVersion.objects.count() == 1
