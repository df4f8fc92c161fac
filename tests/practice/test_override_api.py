"""Steering what students practise, over HTTP."""

import pytest

from practice.models import PracticeOverride
from tests.clients import client_of
from tests.factories.accounts import AdvisorAssignmentFactory, AdvisorFactory
from tests.factories.practice import (
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeGoalSkillFactory,
    PracticeOverrideFactory,
)

pytestmark = pytest.mark.django_db

OVERRIDES = "/api/v1/practice/overrides"


def test_a_level_is_set_and_the_student_reads_why() -> None:
    link = AdvisorAssignmentFactory()
    at_it = PracticeAssignmentFactory(user=link.student)
    body = {"student_id": str(link.student.pk), "skill": "sql", "difficulty": 3, "reason": "We talked."}

    made = client_of(link.advisor).post(OVERRIDES, body, format="json")

    assert made.status_code == 201
    assert made.json() == {
        "override_id": str(PracticeOverride.objects.get().pk),
        "kind": "level",
        "student_id": str(link.student.pk),
        "skill": {"key": "sql", "name": "Sql"},
        "skills": [{"key": "sql", "name": "Sql"}],
        "goal_id": None,
        "withdrawn_assignment_id": str(at_it.pk),
        "before": {"rating": 1200.0, "deviation": 350.0, "difficulty": 6},
        "after": {"rating": 800.0, "deviation": 150.0, "difficulty": 3},
        "reason": "We talked.",
        "made_at": made.json()["made_at"],
    }
    student = client_of(link.student)
    assert student.get(OVERRIDES).json()["items"] == [made.json()]
    assert student.get(f"/api/v1/practice/assignments/{at_it.pk}").json()["status"] == "withdrawn"


def test_a_goal_is_changed_from_the_version_that_was_read() -> None:
    link = AdvisorAssignmentFactory()
    goal = PracticeGoalFactory(user=link.student)
    client, address = client_of(link.advisor), f"/api/v1/goals/{goal.pk}/overrides"
    body = {"target_difficulty": 5, "reason": "The exam asks for less."}

    late = client.post(address, body, format="json", headers={"If-Match": '"9"'})
    made = client.post(address, body, format="json", headers={"If-Match": '"1"'})
    again = client.post(address, body, format="json")

    assert (late.status_code, made.status_code, again.status_code) == (412, 201, 409)
    assert (made.json()["before"], made.json()["after"]) == (
        {"target_difficulty": 7}, {"target_difficulty": 5},
    )  # fmt: skip
    assert again.json()["error_code"] == "OVERRIDE_409"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"difficulty": 11}, "difficulty"),
        ({"difficulty": None}, "difficulty"),
        ({"reason": " "}, "reason"),
        ({"student_id": "nobody"}, "student_id"),
    ],
)
def test_what_is_no_level_is_refused_by_its_field(fields: dict[str, object], named: str) -> None:
    link = AdvisorAssignmentFactory()
    body = {"student_id": str(link.student.pk), "skill": "sql", "difficulty": 3, "reason": "So.", **fields}

    refused = client_of(link.advisor).post(OVERRIDES, body, format="json")

    assert refused.status_code == 400
    assert named in str(refused.json()["details"])
    assert not PracticeOverride.objects.exists()


def test_lists_are_narrowed_by_student_and_skill() -> None:
    link = AdvisorAssignmentFactory()
    other = AdvisorAssignmentFactory(advisor=link.advisor).student
    mine = PracticeOverrideFactory(student=link.student)
    PracticeOverrideFactory(student=other)
    PracticeOverrideFactory()
    client = client_of(link.advisor)

    assert client.get(OVERRIDES).json()["total"] == 2
    assert [
        one["override_id"] for one in client.get(f"{OVERRIDES}?student_id={link.student.pk}").json()["items"]
    ] == [str(mine.pk)]
    assert client.get(f"{OVERRIDES}?skill=python").json()["items"] == []


def test_what_was_changed_of_a_goal_is_about_each_of_its_skills() -> None:
    link = AdvisorAssignmentFactory()
    goal = PracticeGoalSkillFactory(goal__user=link.student).goal
    client = client_of(link.advisor)
    body = {"status": "dropped", "reason": "The exam is over."}

    made = client.post(f"/api/v1/goals/{goal.pk}/overrides", body, format="json").json()

    assert [skill["key"] for skill in made["skills"]] == ["sql", "statistics"]
    for skill, found in (("sql", [made]), ("statistics", [made]), ("python", [])):
        assert client.get(f"{OVERRIDES}?skill={skill}").json()["items"] == found


def test_figures_say_what_came_of_it() -> None:
    link = AdvisorAssignmentFactory()
    PracticeOverrideFactory(student=link.student)

    found = client_of(link.advisor).get(f"{OVERRIDES}/figures?by=difficulty").json()

    assert found == {
        "items": [{"key": "3", "name": "3", "overrides": 1, "moved": -400.0, "followed": 0, "surprise": None}],
        "page": 1, "page_size": 100, "total": 1,
    }  # fmt: skip


def test_figures_come_in_pages() -> None:
    advisor = AdvisorFactory()
    for number in range(11):
        link = AdvisorAssignmentFactory(advisor=advisor, student__name=f"Student {number:02}")
        PracticeOverrideFactory(student=link.student)

    first, second = (
        client_of(advisor).get(f"{OVERRIDES}/figures?by=student&page_size=10&page={page}").json()
        for page in (1, 2)
    )

    told = [one["name"] for one in first["items"]], [one["name"] for one in second["items"]]
    assert told == ([f"Student {number:02}" for number in range(10)], ["Student 10"])
    assert (second["page"], second["page_size"], second["total"]) == (2, 10, 11)
