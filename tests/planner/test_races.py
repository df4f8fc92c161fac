"""Requests about the same task at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction
from rest_framework.test import APIClient

from planner import services
from planner.models import Task
from tests.clients import client_of
from tests.factories.accounts import UserFactory
from tests.factories.planner import NOW, TaskFactory
from tests.ops.harness import PATIENCE_SECONDS
from tests.waiting import waits_or_ends

TASKS = "/api/v1/tasks"


def post(client: APIClient, path: str, body: Any) -> Any:
    return client.post(path, body, format="json")


@pytest.mark.django_db(transaction=True)
def test_of_ten_changes_from_one_version_one_is_made() -> None:
    user = UserFactory()
    path = f"{TASKS}/{TaskFactory(user=user).pk}"
    clients = [client_of(user) for _ in range(10)]

    def change(place: int) -> int:
        try:
            answer = clients[place].patch(
                path, {"title": f"By {place}"}, format="json", headers={"If-Match": '"1"'}
            )
            return int(answer.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(change, range(10)))

    assert statuses == [200] + [412] * 9
    assert Task.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_tasks_of_one_reference_one_is_made() -> None:
    user = UserFactory()
    clients = [client_of(user) for _ in range(10)]

    def create(place: int) -> int:
        try:
            answer = post(clients[place], TASKS, {"title": f"By {place}", "reference": "41"})
            return int(answer.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        statuses = sorted(pool.map(create, range(10)))

    assert statuses == [201] + [409] * 9
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_that_add_the_last_task_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory()
    monkeypatch.setattr(services, "MOST_TASKS", 1)

    def create() -> Task:
        try:
            return services.create_task(by=user, owner_id=user.pk, now=NOW, title="The second")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.create_task(by=user, owner_id=user.pk, now=NOW, title="The first")
            second = pool.submit(create)
            waits_or_ends(second)
        with pytest.raises(services.ListFull):
            second.result(PATIENCE_SECONDS)

    assert Task.objects.get().title == "The first"
