"""Practising over HTTP."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from planner import services as planner
from planner.enums import Source
from planner.services import Step
from practice.models import PracticeAnswer, PracticeAssignment, PracticeGoal
from practice.queries import enrolment
from practice.services.goals import MOST_GOALS
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.catalog import SkillFactory
from tests.factories.practice import (
    NOW,
    PracticeAssignmentFactory,
    PracticeGoalFactory,
    PracticeGoalSkillFactory,
    PracticeItemFactory,
    SkillRatingFactory,
)
from tests.factories.recommendations import LearnerCredentialFactory

pytestmark = pytest.mark.django_db

PRACTICE = "/api/v1/practice"


def complete(client: Any, assignment: Any, answer: Any, **more: Any) -> Any:
    body = {"assignment_id": str(assignment), "answer": answer, **more}
    return client.post(f"{PRACTICE}/complete", body, format="json")


def test_asking_for_the_headers_sets_nothing() -> None:
    PracticeItemFactory()

    answer = client_of(UserFactory()).head(f"{PRACTICE}/assign")

    assert (answer.status_code, answer["Allow"]) == (405, "GET, OPTIONS")
    assert PracticeAssignment.objects.count() == 0


class TestTheWay:
    def test_from_asking_to_the_solution(self) -> None:
        item = PracticeItemFactory()
        client = client_of(UserFactory())

        asked = client.get(f"{PRACTICE}/assign").json()
        assert asked["skill"] == {"key": "sql", "name": "Sql"}
        assert asked["question"] == {
            "type": "multiple_choice",
            "prompt": item.prompt,
            "choices": item.choices,
            "answer_format": {"max_choices": 1},
        }
        assert (asked["hints"], asked["hints_left"], asked["solution"]) == ([], 2, None)

        hinted = client.post(f"{PRACTICE}/assignments/{asked['assignment_id']}/hint").json()
        assert (hinted["hints"], hinted["hints_left"]) == ([item.hints[0]], 1)

        tried = complete(client, asked["assignment_id"], "WHERE").json()
        assert (tried["correct"], tried["share"], tried["next_difficulty"]) == (False, 0.0, None)
        assert tried["assignment"]["solution"] is None

        solved = complete(client, asked["assignment_id"], "HAVING").json()
        assert (solved["correct"], solved["share"]) == (True, 1.0)
        assert solved["assignment"]["solution"] == item.solution
        assert solved["assignment"]["performance"] == pytest.approx(0.35 + 0.2 + 0.05)
        assert solved["rating_after"] > solved["rating_before"] == 1200.0
        assert solved["next_difficulty"] == 6

        listed = client.get(f"{PRACTICE}/assignments?skill=sql&status=solved").json()
        assert [one["assignment_id"] for one in listed["items"]] == [asked["assignment_id"]]
        assert client.get(f"{PRACTICE}/assignments?skill=seo").json()["total"] == 0

    def test_giving_up_shows_the_solution(self) -> None:
        assignment = PracticeAssignmentFactory()
        client = client_of(assignment.user)

        ended = client.post(f"{PRACTICE}/assignments/{assignment.pk}/give-up")

        assert ended.status_code == 200
        assert ended.json()["correct"] is False
        assert ended.json()["assignment"]["solution"] == assignment.key["solution"]

    def test_no_answer_shows_the_key(self) -> None:
        client = client_of(PracticeAssignmentFactory().user)

        said = client.get(f"{PRACTICE}/assign").content + client.get(f"{PRACTICE}/assignments").content

        assert b"rules" not in said
        assert b"correct" not in said
        assert b"HAVING filters" not in said
        assert b"aggregate" not in said


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("?skill=welding", 404, "SKILL_404"),
            ("?skill=Not%20a%20key", 400, "INVALID_400"),
            ("?skill=%00", 400, "INVALID_400"),
        ],
    )
    def test_asking_for_what_is_not_there(self, query: str, status: int, code: str) -> None:
        answer = client_of(UserFactory()).get(f"{PRACTICE}/assign{query}")

        assert (answer.status_code, answer.json()["error_code"]) == (status, code)

    def test_an_empty_bank_is_said_to_be_empty(self) -> None:
        answer = client_of(UserFactory()).get(f"{PRACTICE}/assign")

        assert answer.status_code == 404
        assert answer.json()["message"] == "There is nothing to practise with."

    @pytest.mark.parametrize(
        ("answer", "status"),
        [("", 400), (None, 400), ([], 400), (True, 400), ({"choice_id": 7}, 400), ({"text": "\x00"}, 400)],
    )
    def test_what_cannot_be_an_answer(self, answer: Any, status: int) -> None:
        assignment = PracticeAssignmentFactory()

        refused = complete(client_of(assignment.user), assignment.pk, answer)

        assert refused.status_code == status
        assert not PracticeAnswer.objects.exists()

    def test_what_is_over_is_over(self) -> None:
        assignment = PracticeAssignmentFactory()
        client = client_of(assignment.user)
        complete(client, assignment.pk, "HAVING")

        again = complete(client, assignment.pk, "HAVING")

        assert (again.status_code, again.json()["error_code"]) == (409, "PRACTICE_409")

    def test_one_key_counts_once(self) -> None:
        assignment = PracticeAssignmentFactory()
        client = client_of(assignment.user)
        body = {"assignment_id": str(assignment.pk), "answer": "WHERE"}

        first, second = (
            client.post(f"{PRACTICE}/complete", body, format="json", headers={"Idempotency-Key": "k"})
            for _ in range(2)
        )

        assert first.content == second.content
        assert PracticeAnswer.objects.count() == 1


class TestGoals:
    def test_from_setting_to_deleting(self) -> None:
        PracticeItemFactory()
        client = client_of(UserFactory())
        body = {
            "skill": "sql",
            "title": "Joins",
            "target_difficulty": 8,
            "tags": ["exam"],
            "due_on": "2099-06-01",
        }

        made = client.post("/api/v1/goals", body, format="json")
        assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
        goal = f"/api/v1/goals/{made.json()['goal_id']}"
        assert client.get("/api/v1/goals").json() == {"items": [made.json()]}

        changed = client.patch(goal, {"title": "Windows"}, format="json", headers={"If-Match": '"1"'})
        assert (changed.json()["title"], changed.headers["ETag"]) == ("Windows", '"2"')
        late = client.patch(goal, {"title": "Late"}, format="json", headers={"If-Match": '"1"'})
        assert late.status_code == 412
        assert client.get(goal, headers={"If-None-Match": '"2"'}).status_code == 304

        assert client.delete(goal).status_code == 204
        assert client.get(goal).status_code == 404

    def test_one_in_several_skills_tells_them_all(self) -> None:
        for key in ("sql", "statistics"):
            PracticeItemFactory(skill=SkillFactory(key=key))
        client = client_of(UserFactory())
        body = {"skills": ["statistics", "sql"], "title": "Both", "target_difficulty": 8}

        made = client.post("/api/v1/goals", body, format="json").json()

        assert made["skill"] == {"key": "statistics", "name": "Statistics"}
        assert [one["key"] for one in made["skills"]] == ["statistics", "sql"]
        assert client.get(f"/api/v1/goals/{made['goal_id']}").json() == made

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({}, "skill"),
            ({"skill": "sql", "skills": ["sql"]}, "skill"),
            ({"skills": []}, "skills"),
            ({"skills": ["sql", "sql"]}, "skills"),
            ({"skills": ["a", "b", "c", "d", "e", "f"]}, "skills"),
        ],
    )
    def test_its_skills_are_named_one_way_and_each_once(self, fields: dict[str, object], named: str) -> None:
        PracticeItemFactory()
        body = {"title": "Both", "target_difficulty": 8, **fields}

        refused = client_of(UserFactory()).post("/api/v1/goals", body, format="json")

        assert refused.status_code == 400
        assert named in str(refused.json()["details"])

    def test_the_list_is_narrowed_by_skill_tag_and_status(self) -> None:
        student, statistics = UserFactory(), SkillFactory(key="statistics")
        first = PracticeGoalFactory(user=student, title="A", tags=["exam", "spring"])
        PracticeGoalFactory(user=student, title="B", skill=statistics, status="dropped")
        PracticeGoalSkillFactory(goal=first, skill=statistics)
        PracticeGoalFactory(title="C", tags=["exam"])

        def titles(**query: str) -> list[str]:
            found = client_of(student).get("/api/v1/goals", query).json()["items"]
            return sorted(one["title"] for one in found)

        assert titles() == titles(skill="statistics") == ["A", "B"]
        assert titles(skill="sql") == titles(tag="exam") == titles(status="open") == ["A"]
        assert titles(tag="exam", status="dropped") == titles(skill="writing") == []

    @pytest.mark.parametrize("status", ["reached", "lost"])
    def test_nobody_declares_a_goal_reached(self, status: str) -> None:
        goal = PracticeGoalFactory()

        refused = client_of(goal.user).patch(f"/api/v1/goals/{goal.pk}", {"status": status}, format="json")

        assert refused.status_code == 400


def test_progress_shows_ratings_and_goals() -> None:
    assignment = PracticeAssignmentFactory()
    goal = PracticeGoalFactory(user=assignment.user)
    client = client_of(assignment.user)
    complete(client, assignment.pk, "HAVING")

    found = client.get(f"/api/v1/progress/{assignment.user_id}?time_zone=Europe/Berlin").json()

    assert [skill["skill_key"] for skill in found["skills"]] == ["sql"]
    assert [one["goal"]["goal_id"] for one in found["goals"]] == [str(goal.pk)]
    assert (found["completed"], found["solved"], found["streak_days"]) == (1, 1, 1)


def test_progress_shows_the_steps_towards_what_was_taken_up() -> None:
    taken = LearnerCredentialFactory(status="accepted", recorded_at=NOW)
    client = client_of(taken.user)
    steps = [Step(reference=enrolment(taken.credential_id), title="Enrol")]
    (task,) = planner.add_steps(by=taken.user, source=Source.RECOMMENDATION, steps=steps, now=NOW)

    done = client.post(f"/api/v1/tasks/{task.pk}/complete").json()
    found = client.get(f"/api/v1/progress/{taken.user_id}").json()

    assert found["credentials"] == [
        {
            "credential_id": str(taken.credential_id), "title": taken.credential.title,
            "accepted_at": "2026-03-11T12:00:00Z", "tasks_done": 1, "tasks_total": 1,
            "enrolled_at": done["completed_at"],
        }
    ]  # fmt: skip
    assert (found["tasks_completed_last_7_days"], found["task_experience"], found["experience"]) == (
        1,
        10,
        10,
    )
    assert found["streak_days"] == 1


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_once_one_gives_an_item_out_and_one_answer_is_right() -> None:
    PracticeItemFactory.create_batch(5)
    student = UserFactory()

    asked = at_once(8, lambda: client_of(student).get(f"{PRACTICE}/assign"))

    assert {answer.status_code for answer in asked} == {200}
    assert len({answer.json()["assignment_id"] for answer in asked}) == 1
    given = PracticeAssignment.objects.get()

    answered = at_once(8, lambda: complete(client_of(student), given.pk, "HAVING"))

    assert sorted(answer.status_code for answer in answered) == [200] + [409] * 7
    assert PracticeAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_changes_of_goals_at_once_do_not_wait_for_each_other_for_ever() -> None:
    student = SkillRatingFactory(rating=1300.0, deviation=60.0, updated_at=timezone.now()).user
    goals = PracticeGoalFactory.create_batch(8, user=student, target_difficulty=9)
    left = iter(goals[::2] + goals[1::2])

    def lower() -> Any:
        return client_of(student).patch(
            f"/api/v1/goals/{next(left).pk}", {"target_difficulty": 2}, format="json"
        )

    answers = at_once(8, lower)

    assert {answer.status_code for answer in answers} == {200}
    assert set(PracticeGoal.objects.values_list("status", flat=True)) == {"reached"}


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_set_no_goal_beyond_the_limit() -> None:
    PracticeItemFactory()
    student = UserFactory()
    PracticeGoalFactory.create_batch(MOST_GOALS - 2, user=student)
    body = {"skill": "sql", "title": "Joins", "target_difficulty": 8}

    made = at_once(8, lambda: client_of(student).post("/api/v1/goals", body, format="json"))

    assert sorted(answer.status_code for answer in made) == [201] * 2 + [409] * 6
    assert PracticeGoal.objects.count() == MOST_GOALS


def at_once(number: int, act: Any) -> list[Any]:
    """Do the same in so many threads at once; return what each came to."""
    barrier, found = threading.Barrier(number), []

    def run() -> None:
        barrier.wait()
        found.append(act())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
