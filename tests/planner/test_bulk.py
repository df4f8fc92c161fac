"""Several operations at once: all of it is done, or nothing."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import User
from planner import queries, services
from planner.enums import BulkOp
from planner.models import Task
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.planner import NOW, TaskFactory
from tests.planner.programs import platform

pytestmark = pytest.mark.django_db

BULK = "/api/v1/tasks/bulk"
LATER = NOW + dt.timedelta(hours=1)


class TestService:
    def test_all_of_it_in_order(self) -> None:
        user = UserFactory()
        ticked, left, renamed = (TaskFactory(user=user) for _ in range(3))
        wanted = [
            services.Operation(BulkOp.CREATE, fields={"title": "New", "reference": "41"}),
            services.Operation(BulkOp.COMPLETE, ticked.pk),
            services.Operation(BulkOp.DELETE, left.pk),
            services.Operation(BulkOp.UPDATE, renamed.pk, {"1"}, {"title": "Renamed"}),
            services.Operation(BulkOp.REOPEN, ticked.pk),
        ]

        made = services.bulk(by=user, owner_id=user.pk, operations=wanted, now=LATER)

        assert [task and (task.title, task.status, task.version) for task in made] == [
            ("New", "todo", 1),
            (ticked.title, "done", 2),
            None,
            ("Renamed", "todo", 2),
            (ticked.title, "todo", 3),
        ]

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            (services.Operation(BulkOp.DELETE, uuid.uuid4()), queries.TaskMissing),
            (services.Operation(BulkOp.CREATE, fields={"title": " "}), services.TaskInvalid),
            (services.Operation(BulkOp.DELETE), services.TaskInvalid),
        ],
    )
    def test_or_nothing(self, wrong: services.Operation, error: type[Exception]) -> None:
        user = UserFactory()
        operations = [services.Operation(BulkOp.CREATE, fields={"title": "New"}), wrong]

        with pytest.raises(error) as refusal:
            services.bulk(by=user, owner_id=user.pk, operations=operations, now=NOW)

        assert refusal.value.details["operation"] == 1  # type: ignore[attr-defined]
        assert not Task.objects.exists()

    def test_a_program_reaches_the_tasks_of_whom_it_names_alone(self) -> None:
        task = TaskFactory()
        operations = [services.Operation(BulkOp.DELETE, task.pk)]

        with pytest.raises(queries.TaskMissing):
            services.bulk(by=platform(), owner_id=UserFactory().pk, operations=operations, now=NOW)

        assert Task.objects.get() == task


class TestApi:
    @pytest.fixture
    def user(self) -> User:
        return UserFactory()

    @pytest.fixture
    def client(self, user: User) -> APIClient:
        return client_of(user)

    def test_all_of_it(self, client: APIClient, user: User) -> None:
        done, gone = (str(TaskFactory(user=user).pk) for _ in range(2))
        operations = [
            {"op": "create", "task": {"title": "New"}},
            {"op": "update", "task_id": done, "version": 1, "changes": {"priority": "high"}},
            {"op": "complete", "task_id": done},
            {"op": "delete", "task_id": gone},
        ]

        answer = client.post(BULK, {"operations": operations}, format="json")

        results = answer.json()["results"]
        assert [one["op"] for one in results] == ["create", "update", "complete", "delete"]
        assert [one["task"] and one["task"]["version"] for one in results] == [1, 2, 3, None]
        assert (results[2]["task"]["priority"], results[2]["task"]["status"]) == ("high", "done")
        assert results[3] == {"op": "delete", "task_id": gone, "task": None}

    @pytest.mark.parametrize(
        ("wrong", "status"),
        [
            ({"op": "delete", "task_id": str(uuid.uuid4())}, 404),
            ({"op": "update", "task_id": "{task}", "version": 7, "changes": {"title": "a"}}, 412),
            ({"op": "complete", "task_id": "{cancelled}"}, 409),
        ],
    )
    def test_or_nothing_of_it(
        self, client: APIClient, user: User, wrong: dict[str, Any], status: int
    ) -> None:
        ids = {
            "{task}": str(TaskFactory(user=user).pk),
            "{cancelled}": str(TaskFactory(user=user, status="cancelled").pk),
        }
        operation = {name: ids.get(str(value), value) for name, value in wrong.items()}

        refused = client.post(
            BULK, {"operations": [{"op": "create", "task": {"title": "New"}}, operation]}, format="json"
        )

        assert (refused.status_code, refused.json()["details"]["operation"]) == (status, 1)
        assert Task.objects.count() == 2

    @pytest.mark.parametrize(
        "wrong",
        [
            [],
            [{"op": "forget"}],
            [{"op": "create"}],
            [{"op": "create", "task": {"title": ""}}],
            [{"op": "create", "task": {"title": "a"}, "task_id": str(uuid.uuid4())}],
            [{"op": "create", "task": {"title": "a"}, "version": 1}],
            [{"op": "update", "task_id": str(uuid.uuid4())}],
            [{"op": "delete"}],
            [{"op": "delete", "task_id": str(uuid.uuid4()), "version": 0}],
            [{"op": "create", "task": {"title": "a", "reference": "41"}}] * 2,
            [{"op": "create", "task": {"title": "a"}}] * 101,
            {"op": "create"},
        ],
    )
    def test_what_is_no_operation_is_refused(self, client: APIClient, wrong: Any) -> None:
        assert client.post(BULK, {"operations": wrong}, format="json").status_code == 400
        assert not Task.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_four_that_set_the_same_tasks_in_other_orders_one_does_and_nobody_waits_for_each_other() -> None:
    user = UserFactory()
    forth = [{"op": "create", "task": {"title": "New", "reference": str(number)}} for number in range(40)]
    sent = [(client_of(user), order) for order in (forth, forth[::-1]) * 2]

    def send(one: tuple[APIClient, list[dict[str, Any]]]) -> int:
        try:
            return int(one[0].post(BULK, {"operations": one[1]}, format="json").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(send, sent))

    assert statuses == [200, 409, 409, 409]
    assert Task.objects.count() == 40
