"""Tasks over HTTP: what people and programs send, and what they are answered."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from planner.models import Task
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.planner import TaskFactory
from tests.factories.service_keys import program, service_key

pytestmark = pytest.mark.django_db

TASKS = "/api/v1/tasks"


@pytest.fixture
def user() -> User:
    return UserFactory()


@pytest.fixture
def client(user: User) -> APIClient:
    return client_of(user)


def post(client: APIClient, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(path, body or {}, format="json", headers=headers)


class TestOneTask:
    def test_it_is_answered_as_it_is_read(self, client: APIClient, user: User) -> None:
        made = post(client, TASKS, {"title": "Read", "due_at": "2026-03-01T10:00:00+01:00", "tags": ["sql"]})

        assert made.status_code == 201
        body = made.json()
        assert {name: body[name] for name in body if name not in {"id", "created_at", "updated_at"}} == {
            "user_id": str(user.pk),
            "title": "Read",
            "description": "",
            "status": "todo",
            "priority": "medium",
            "due_at": "2026-03-01T09:00:00Z",
            "tags": ["sql"],
            "source": "manual",
            "reference": "",
            "completed_at": None,
            "version": 1,
        }
        read = client.get(f"{TASKS}/{body['id']}")
        assert (read.json(), read.headers["ETag"]) == (body, '"1"')
        assert made.headers["ETag"] == '"1"'

    def test_its_source_may_be_said_but_not_chosen(self, client: APIClient, user: User) -> None:
        said = post(client, TASKS, {"title": "Read", "source": "manual"})
        chosen = post(client, TASKS, {"title": "Read", "source": "recommendation"})

        assert (said.status_code, said.json()["source"]) == (201, "manual")
        assert (chosen.status_code, chosen.json()["error_code"]) == (400, "TASK_400")
        assert chosen.json()["details"] == {"source": "manual"}
        assert Task.objects.filter(user=user).count() == 1

    def test_a_change_is_made_from_a_version(self, client: APIClient, user: User) -> None:
        path = f"{TASKS}/{TaskFactory(user=user).pk}"

        changed = client.patch(path, {"title": "Other"}, format="json", headers={"If-Match": '"1"'})
        late = client.patch(path, {"title": "Third"}, format="json", headers={"If-Match": '"1"'})
        gone = client.delete(path, headers={"If-Match": '"1"'})

        assert (changed.status_code, changed.json()["version"], changed.headers["ETag"]) == (200, 2, '"2"')
        assert (late.status_code, late.json()["error_code"]) == (412, "VERSION_412")
        assert gone.status_code == 412
        assert client.get(path).json()["title"] == "Other"
        assert client.delete(path, headers={"If-Match": '"2"'}).status_code == 204
        assert (client.get(path).status_code, Task.objects.count()) == (404, 0)

    @pytest.mark.parametrize("verb", ["complete", "reopen"])
    @pytest.mark.parametrize("stale", ['"2"', 'W/"1"', "1"])
    def test_ticking_off_is_from_a_version_too(
        self, client: APIClient, user: User, verb: str, stale: str
    ) -> None:
        path = f"{TASKS}/{TaskFactory(user=user).pk}"

        refused = post(client, f"{path}/{verb}", **{"If-Match": stale})

        assert (refused.status_code, refused.json()["error_code"]) == (412, "VERSION_412")
        assert client.get(path).json()["version"] == 1
        assert post(client, f"{path}/{verb}", **{"If-Match": '"1"'}).status_code == 200

    def test_who_has_it_already_is_told_that_it_has_not_changed(self, client: APIClient, user: User) -> None:
        path = f"{TASKS}/{TaskFactory(user=user).pk}"

        same = client.get(path, headers={"If-None-Match": '"1"'})
        post(client, f"{path}/complete")
        changed = client.get(path, headers={"If-None-Match": '"1"'})

        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", '"1"')
        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')

    def test_done_and_open_again(self, client: APIClient, user: User) -> None:
        path = f"{TASKS}/{TaskFactory(user=user).pk}"

        done = post(client, f"{path}/complete").json()
        again = post(client, f"{path}/reopen").json()

        assert (done["status"], done["completed_at"]) == ("done", done["updated_at"])
        assert (again["status"], again["completed_at"], again["version"]) == ("todo", None, 3)

    def test_the_same_request_twice_makes_one_task(self, client: APIClient) -> None:
        first = post(client, TASKS, {"title": "Read"}, **{"Idempotency-Key": "one"})
        second = post(client, TASKS, {"title": "Read"}, **{"Idempotency-Key": "one"})

        assert (second.status_code, second.content) == (201, first.content)
        assert second.headers["Idempotency-Replayed"] == "true"
        assert (first.headers["ETag"], second.headers["ETag"]) == ('"1"', '"1"')
        assert Task.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({}, "title"),
            ({"title": ""}, "title"),
            ({"title": " "}, "title"),
            ({"title": "a" * 201}, "title"),
            ({"title": None}, "title"),
            ({"title": "a", "status": "later"}, "status"),
            ({"title": "a", "priority": 1}, "priority"),
            ({"title": "a", "due_at": "tomorrow"}, "due_at"),
            ({"title": "a", "tags": "sql"}, "tags"),
            ({"title": "a", "tags": [""]}, "tags"),
            ({"title": "a", "tags": ["a"] * 21}, "tags"),
            ({"title": "a", "description": "a" * 5001}, "description"),
            ({"title": "a", "user_id": "me"}, "user_id"),
        ],
    )
    def test_what_no_task_can_be_is_refused_by_its_field(
        self, client: APIClient, wrong: dict[str, Any], field: str
    ) -> None:
        refused = post(client, TASKS, wrong)

        assert refused.status_code == 400
        assert field in json.dumps(refused.json()["details"])
        assert not Task.objects.exists()

    def test_what_comes_of_a_task_is_not_for_the_caller_to_say(self, client: APIClient) -> None:
        said = {"title": "a", "source": "manual", "version": 9, "completed_at": "2026-01-01T00:00:00Z"}

        refused = post(client, TASKS, said)

        assert refused.status_code == 400
        assert list(refused.json()["details"]["fields"]) == ["version", "completed_at"]
        assert not Task.objects.exists()


class TestPrograms:
    def test_a_program_plans_for_whom_it_names(self, user: User) -> None:
        harbour = program(service_key()[1])
        wanted = {"user_id": str(user.pk), "title": "Read", "reference": "41"}

        made = post(harbour, TASKS, wanted)

        assert (made.status_code, made.json()["source"], made.json()["reference"]) == (201, "platform", "41")
        assert client_of(user).get(TASKS).json()["items"] == [made.json()]
        assert harbour.get(TASKS, {"user_id": str(user.pk)}).json()["items"] == [made.json()]
        assert post(harbour, f"{TASKS}/{made.json()['id']}/complete").json()["status"] == "done"
        again = post(harbour, TASKS, wanted)
        assert (again.status_code, again.json()["error_code"]) == (409, "TASK_409")
        assert again.json()["details"] == {"task_id": made.json()["id"]}
        other = program(service_key()[1])
        assert post(other, TASKS, wanted).status_code == 201  # a name of its own

    @pytest.mark.parametrize("path", [TASKS, f"{TASKS}/stats"])
    def test_who_is_not_named_has_no_list(self, path: str) -> None:
        harbour = program(service_key()[1])

        unnamed, unknown = harbour.get(path), harbour.get(path, {"user_id": str(uuid.uuid4())})

        assert (unnamed.status_code, unnamed.json()["error_code"]) == (400, "USER_400")
        assert (unknown.status_code, unknown.json()["error_code"]) == (404, "USER_404")

    @pytest.mark.parametrize("header", ["{token}", "Bearer nonsense", "Basic nonsense", ""])
    def test_who_sends_a_token_too_is_refused(self, user: User, header: str) -> None:
        """It would not be clear who acts."""
        token = str(tokens.issue(user).access)

        refused = program(service_key()[1]).get(
            TASKS,
            {"user_id": str(user.pk)},
            headers={"Authorization": header.replace("{token}", f"Bearer {token}")},
        )

        assert (refused.status_code, refused.json()["error_code"]) == (401, "AUTH_401")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")


class TestLists:
    def test_from_page_to_page(self, client: APIClient, user: User) -> None:
        made = [str(TaskFactory(user=user).pk) for _ in range(5)]

        first = client.get(TASKS, {"page_size": "3", "sort": "created_at"}).json()
        second = client.get(
            TASKS, {"page_size": "3", "sort": "created_at", "cursor": first["next_cursor"]}
        ).json()

        assert [one["id"] for one in first["items"] + second["items"]] == made
        assert second["next_cursor"] is None

    def test_several_statuses(self, client: APIClient, user: User) -> None:
        for status in ("todo", "in_progress", "cancelled"):
            TaskFactory(user=user, status=status, title=status)

        found = client.get(TASKS, {"status": "todo,cancelled", "sort": "created_at"}).json()

        assert [one["title"] for one in found["items"]] == ["todo", "cancelled"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"status": "later"},
            {"status": "todo,"},
            {"priority": "todo"},
            {"sort": "title"},
            {"page_size": "101"},
            {"page_size": "0"},
            {"cursor": "abc"},
            {"due_before": "tomorrow"},
            {"user_id": "me"},
            {"search": "a" * 101},
            {"search": "a\x00"},
            {"tag": "a\x00"},
        ],
    )
    def test_what_no_list_can_be_asked_is_refused(self, client: APIClient, wrong: dict[str, str]) -> None:
        refused = client.get(TASKS, wrong)

        assert refused.status_code == 400
        assert set(refused.json()) >= {"error_code", "message"}


class TestStats:
    def test_the_contract_of_the_figures(self, client: APIClient, user: User) -> None:
        """Names, types and order are what platforms were built against: a change breaks them."""
        TaskFactory(user=user)

        found = client.get(f"{TASKS}/stats", {"time_zone": "Europe/Berlin"}).json()

        generated_at = dt.datetime.fromisoformat(found.pop("generated_at"))
        assert abs(dt.datetime.now(dt.UTC) - generated_at) < dt.timedelta(minutes=5)
        assert list(found.items()) == [
            ("user_id", str(user.pk)),
            ("total", 1),
            ("by_status", {"todo": 1, "in_progress": 0, "done": 0, "cancelled": 0}),
            ("by_priority", {"low": 0, "medium": 1, "high": 0, "urgent": 0}),
            ("overdue", 0),
            ("due_today", 0),
            ("due_this_week", 0),
            ("completed_last_7_days", 0),
            ("completion_rate", 0.0),
            ("current_streak_days", 0),
        ]

    def test_the_document_promises_the_same(self) -> None:
        document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]

        figures = document["components"]["schemas"]["StatsView"]

        names = [
            "user_id", "total", "by_status", "by_priority", "overdue", "due_today", "due_this_week",
            "completed_last_7_days", "completion_rate", "current_streak_days", "generated_at",
        ]  # fmt: skip
        assert (list(figures["properties"]), figures["required"]) == (names, sorted(names))

    def test_an_unknown_time_zone_is_refused(self, client: APIClient) -> None:
        refused = client.get(f"{TASKS}/stats", {"time_zone": "Mars/Olympus"})

        assert (refused.status_code, refused.json()["error_code"]) == (400, "TIME_ZONE_400")
