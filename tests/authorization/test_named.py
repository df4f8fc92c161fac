"""Things of others that a body, a filter or a page of a list names are as missing as those that nobody has."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.authorization.test_bodies import NOBODYS, send
from tests.authorization.test_matrix import in_words, undone
from tests.authorization.world import World
from tests.factories.catalog import NOW
from tests.factories.planner import TaskFactory

pytestmark = pytest.mark.django_db
REASON = "We talked about it at length."
Named = Callable[[World], Any]


def pk(name: str) -> Named:
    return lambda world: str(world.rows[name].pk)


def owner(world: World) -> str:
    return str(world.people["owner"].pk)


# Who sends it where, what names the thing, which one, and the rest of the body.
BODIES: dict[str, tuple[str, str, str, Named, dict[str, Any]]] = {
    "override-practice": ("advisor2", "overrides", "student_id", owner,
        {"kind": "practice", "skill": "sql", "difficulty": 3, "reason": REASON}),
    "override-goal": ("advisor2", "overrides", "goal_id", pk("goal"),
        {"kind": "goal", "target_difficulty": 4, "reason": REASON}),
    "override-summary": ("advisor2", "overrides", "summary_id", pk("summarised"),
        {"kind": "summary", "narrative": "We talked.", "reason": REASON}),
    "withdraw-summary": ("advisor2", "overrides", "summary_id", pk("summarised"),
        {"kind": "summary", "withdraw": True, "reason": REASON}),
    "override-list": ("advisor2", "overrides", "recommendation_id", pk("recommendation"),
        {"kind": "recommendation", "action": "take_back", "reason": REASON}),
    "set-level": ("advisor2", "practice/overrides", "student_id", owner,
        {"skill": "sql", "difficulty": 3, "reason": REASON}),
    "answer": ("other", "practice/complete", "assignment_id", pk("practised"), {"answer": "having"}),
    "ask": ("other", "qa/query", "conversation_id", lambda world: str(world.rows["answered"].conversation_id),
        {"question": "And what of inner joins?"}),
    "task-of": ("other", "tasks", "user_id", owner, {"title": "Read"}),
    "tasks-of": ("other", "tasks/bulk", "user_id", owner, {"operations": [{"op": "create", "task": {"title": "R"}}]}),
    "tasks-of-an-advisor": ("key", "tasks/bulk", "user_id", lambda world: str(world.people["advisor"].pk),
        {"operations": [{"op": "create", "task": {"title": "R"}}]}),
}  # fmt: skip
FILTERS = {
    "overrides": ("advisor2", "overrides", "student_id", owner),
    "overrides-by": ("advisor2", "overrides", "advisor_id", lambda world: str(world.people["advisor"].pk)),
    "figures": ("advisor2", "overrides/figures?by=student", "student_id", owner),
    "levels": ("advisor2", "practice/overrides", "student_id", owner),
    "levels-of-mine": ("other", "practice/overrides", "student_id", owner),
    "tasks": ("other", "tasks", "user_id", owner),
    "stats": ("other", "tasks/stats", "user_id", owner),
    "tasks-of-an-advisor": ("key", "tasks", "user_id", lambda world: str(world.people["advisor"].pk)),
    "stats-of-an-advisor": ("key", "tasks/stats", "user_id", lambda world: str(world.people["advisor"].pk)),
}
LISTS = (
    "students", "tasks", "nudges", "goals", "practice/assignments", "practice/overrides", "practice/overrides/figures",
    "qa/query", "qa/threads", "qa/escalations", "overrides", "overrides/figures?by=student",
    "overrides/figures?by=advisor", "analytics/students", "appeals", "notices", "assessments",
)  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_what_a_body_names_is_missing_where_it_is_of_others(world: World, name: str) -> None:
    actor, path, field, named, rest = BODIES[name]
    theirs, nobodys = (
        send(world, actor, "POST", f"/api/v1/{path}", rest | {field: one}) for one in (named(world), NOBODYS)
    )

    assert theirs.status_code == 404, theirs.content
    assert (nobodys.status_code, in_words(nobodys)) == (404, in_words(theirs))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_by_others_finds_as_much_as_one_by_nobody(world: World, name: str) -> None:
    actor, path, field, named = FILTERS[name]
    joined = "&" if "?" in path else "?"
    theirs, nobodys = (
        send(world, actor, "GET", f"/api/v1/{path}{joined}{field}={one}", None)
        for one in (named(world), NOBODYS)
    )

    assert theirs.status_code == nobodys.status_code
    assert in_words(theirs) == in_words(nobodys)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("actor", ["other", "advisor2"])
def test_no_list_and_no_figure_tells_of_others(world: World, path: str, actor: str) -> None:
    answer = send(world, actor, "GET", f"/api/v1/{path}", None).content.decode()

    student = world.people["owner"]
    for told in (owner(world), student.name, student.email, pk("finished")(world), pk("goal")(world)):
        assert told not in answer


@pytest.mark.parametrize("said", ["name", "email"])
def test_who_is_searched_for_is_not_found_by_others(world: World, said: str) -> None:
    words = getattr(world.people["owner"], said)
    for actor in ("other", "advisor2", "guardian"):
        found = send(world, actor, "GET", f"/api/v1/students?search={words}", None).json()
        seen = actor == "guardian" and said == "name"
        assert found["total"] == int(seen), actor


def test_a_task_of_others_is_missing_in_a_bulk_request(world: World) -> None:
    theirs, nobodys = (
        send(world, "other", "POST", "/api/v1/tasks/bulk",
             {"operations": [{"op": "complete", "task_id": one}]})
        for one in (pk("planned")(world), NOBODYS)
    )  # fmt: skip

    assert (theirs.status_code, in_words(theirs)) == (404, in_words(nobodys))


def test_the_cursor_of_others_leads_on_in_ones_own_list_alone(world: World) -> None:
    cursor = send(world, "owner", "GET", "/api/v1/tasks?page_size=1", None).json()["next_cursor"]
    with undone():
        mine = TaskFactory(user=world.people["other"], created_at=NOW - dt.timedelta(days=9))
        answer = world.caller.send("other", "GET", f"/api/v1/tasks?cursor={cursor}")

    assert [one["id"] for one in answer.json()["items"]] == [str(mine.pk)]


def test_a_reference_that_another_uses_is_free(world: World) -> None:
    with undone():
        TaskFactory(user=world.people["owner"], reference="41")
        made = world.caller.send("other", "POST", "/api/v1/tasks", {"title": "Read", "reference": "41"})

    assert made.status_code == 201


def test_the_answer_that_is_kept_for_one_is_not_given_to_another(world: World) -> None:
    body, key = {"question": "Which course covers outer joins?"}, {"Idempotency-Key": "guessed"}
    with undone():
        answers = [
            world.caller.client.post(
                "/api/v1/qa/query", body, content_type="application/json",
                headers={"Authorization": world.caller.known[actor].header, **key},
            )
            for actor in ("owner", "other")
        ]  # fmt: skip

    assert [one.status_code for one in answers] == [202, 202]
    assert "Idempotency-Replayed" not in answers[1].headers
    assert answers[0].json()["query_id"] != answers[1].json()["query_id"]
