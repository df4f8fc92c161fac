"""Lists of tasks: what is on them, in which order, and from page to page."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from planner import cursors, queries
from planner.enums import Order, Priority, TaskStatus
from planner.models import Task
from tests.factories.accounts import UserFactory
from tests.factories.planner import NOW, TaskFactory

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def page(
    user: Any, sort: Order = Order.CREATED, cursor: str = "", limit: int = 100, **wanted: Any
) -> queries.Page:
    return queries.listed(user.pk, sort=sort, cursor=cursor, limit=limit, wanted=wanted)


def titles(user: Any, sort: Order = Order.CREATED, **wanted: Any) -> list[str]:
    return [task.title for task in page(user, sort, **wanted).tasks]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, ["a", "b", "c"]),
        ({"status": ["todo"]}, ["a"]),
        ({"status": ["done", "in_progress"]}, ["b", "c"]),
        ({"priority": ["urgent"]}, ["b"]),
        ({"tag": "sql"}, ["a"]),
        ({"due_before": NOW}, ["a"]),
        ({"due_after": NOW}, ["b"]),
        ({"search": "JOIN"}, ["c"]),
        ({"search": "%"}, []),
        ({"search": "B"}, ["b"]),
        ({"status": ["todo"], "tag": "none"}, []),
    ],
)
def test_what_is_wanted_of_a_list(wanted: dict[str, Any], expected: list[str]) -> None:
    user = UserFactory()
    TaskFactory(user=user, title="a", tags=["sql", "db"], due_at=NOW - DAY)
    TaskFactory(user=user, title="b", status=TaskStatus.IN_PROGRESS, priority=Priority.URGENT, due_at=NOW)
    TaskFactory(user=user, title="c", status=TaskStatus.DONE, completed_at=NOW, description="Of joins")
    TaskFactory(title="of somebody else")

    assert titles(user, **wanted) == expected


def test_every_order() -> None:
    user = UserFactory()
    TaskFactory(user=user, title="a", created_at=NOW, updated_at=NOW + 9 * DAY, due_at=None)
    TaskFactory(user=user, title="b", created_at=NOW + DAY, due_at=NOW, priority=Priority.URGENT)
    TaskFactory(user=user, title="c", created_at=NOW + 2 * DAY, due_at=NOW - DAY, priority=Priority.LOW)

    assert {order.value: "".join(titles(user, order)) for order in Order} == {
        "created_at": "abc",
        "-created_at": "cba",
        "updated_at": "bca",
        "-updated_at": "acb",
        "due_at": "cba",  # without a date: last
        "-due_at": "abc",
        "priority": "cab",
        "-priority": "bac",
    }


@pytest.mark.parametrize("order", Order)
def test_pages_hold_every_task_once_in_the_order_of_the_whole(order: Order) -> None:
    user = UserFactory()
    for number in range(11):
        TaskFactory(
            user=user,
            created_at=NOW + (number % 3) * DAY,
            due_at=None if number % 4 == 0 else NOW + (number % 2) * DAY,
            priority=Priority.values[number % 4],
        )
    found: list[Task] = []
    one = page(user, order, limit=3)
    while one.next:
        found += one.tasks
        one = page(user, order, one.next, limit=3)

    assert [*found, *one.tasks] == list(page(user, order).tasks)
    assert len({task.pk for task in (*found, *one.tasks)}) == 11


def test_what_comes_and_goes_between_two_pages_neither_hides_nor_repeats_another() -> None:
    user = UserFactory()
    tasks = [TaskFactory(user=user, created_at=NOW + number * DAY) for number in range(4)]
    first = page(user, Order.CREATED_LATEST, limit=2)
    TaskFactory(user=user, created_at=NOW + 9 * DAY)
    tasks[2].delete()  # the one that the cursor stands behind

    second = page(user, Order.CREATED_LATEST, first.next, limit=2)

    assert list(second.tasks) == [tasks[1], tasks[0]]
    assert second.next == ""


def test_a_page_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = UserFactory()
    for count in (1, 3):
        TaskFactory.create_batch(count, user=user)
        with django_assert_num_queries(1):
            page(user)


def test_a_late_page_is_read_from_its_place_in_the_index() -> None:
    user = UserFactory()
    TaskFactory.create_batch(2, user=user)
    cursor = page(user, Order.CREATED_LATEST, limit=1).next
    with CaptureQueriesContext(connection) as captured:
        page(user, Order.CREATED_LATEST, cursor)
    with connection.cursor() as database:
        database.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        database.execute(f"EXPLAIN {captured[-1]['sql']}")
        plan = "\n".join(row[0] for row in database.fetchall())

    assert "using idx_tasks_user_created" in plan
    assert re.search(r"Index Cond: .*created_at <= ", plan)


def test_a_cursor_is_good_for_its_order_alone() -> None:
    place = cursors.Place(NOW.isoformat(), uuid.uuid4())
    given = cursors.written(Order.CREATED, place)

    assert cursors.read(Order.CREATED, given) == place
    for order, text in (
        (Order.DUE, given),
        (Order.CREATED, given + "a"),
        (Order.CREATED, "x"),
        (Order.CREATED, "\x00"),
    ):
        with pytest.raises(queries.CursorInvalid):
            cursors.read(order, text)
