"""The figures of a person's tasks: what each counts, and where a day begins."""

import datetime as dt
import uuid
import zoneinfo
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from microcred.zones import ZoneUnknown
from planner import queries
from planner.enums import Priority, TaskStatus
from tests.factories.accounts import UserFactory
from tests.factories.planner import NOW, TaskFactory

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def figures(user: Any, *, zone: str = "UTC", now: dt.datetime = NOW) -> dict[str, Any]:
    return queries.stats_of(user.pk, zone=zone, now=now)


def done(user: Any, at: dt.datetime) -> None:
    TaskFactory(user=user, status=TaskStatus.DONE, completed_at=at)


def test_who_has_no_tasks_has_figures_too(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    nobody = uuid.uuid4()

    with django_assert_num_queries(1):
        found = queries.stats_of(nobody, zone="UTC", now=NOW)

    assert found == {
        "user_id": nobody,
        "total": 0,
        "by_status": {"todo": 0, "in_progress": 0, "done": 0, "cancelled": 0},
        "by_priority": {"low": 0, "medium": 0, "high": 0, "urgent": 0},
        "overdue": 0,
        "due_today": 0,
        "due_this_week": 0,
        "completed_last_7_days": 0,
        "completion_rate": 0.0,
        "current_streak_days": 0,
        "generated_at": NOW,
    }


def test_every_task_is_counted_by_status_and_priority(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = UserFactory()
    TaskFactory(user=user, priority=Priority.URGENT)
    TaskFactory(user=user, status=TaskStatus.IN_PROGRESS, priority=Priority.LOW)
    TaskFactory(user=user, status=TaskStatus.CANCELLED)
    done(user, NOW)
    TaskFactory()  # of somebody else

    with django_assert_num_queries(1):
        found = figures(user)

    assert found["total"] == 4
    assert found["by_status"] == {"todo": 1, "in_progress": 1, "done": 1, "cancelled": 1}
    assert found["by_priority"] == {"low": 1, "medium": 2, "high": 0, "urgent": 1}
    assert found["completion_rate"] == 0.3333  # of three that were not cancelled


def test_only_what_is_open_is_due() -> None:
    user = UserFactory()
    for status in (TaskStatus.TODO, TaskStatus.IN_PROGRESS, TaskStatus.CANCELLED):
        TaskFactory(user=user, status=status, due_at=NOW - HOUR)
    TaskFactory(user=user, status=TaskStatus.DONE, completed_at=NOW, due_at=NOW - HOUR)

    found = figures(user)

    assert (found["overdue"], found["due_today"], found["due_this_week"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("due_at", "overdue", "today", "week"),
    [
        ("2026-03-08T23:59:59Z", 1, 0, 0),
        ("2026-03-09T00:00:00Z", 1, 0, 1),
        ("2026-03-11T00:00:00Z", 1, 1, 1),
        ("2026-03-11T11:59:59Z", 1, 1, 1),
        ("2026-03-11T12:00:00Z", 0, 1, 1),
        ("2026-03-11T23:59:59Z", 0, 1, 1),
        ("2026-03-12T00:00:00Z", 0, 0, 1),
        ("2026-03-15T23:59:59Z", 0, 0, 1),
        ("2026-03-16T00:00:00Z", 0, 0, 0),
    ],
)
def test_where_today_and_this_week_end(due_at: str, overdue: int, today: int, week: int) -> None:
    task = TaskFactory(due_at=dt.datetime.fromisoformat(due_at))

    found = figures(task.user)

    assert (found["overdue"], found["due_today"], found["due_this_week"]) == (overdue, today, week)


def test_a_day_is_one_of_the_time_zone() -> None:
    task = TaskFactory(due_at=dt.datetime(2026, 3, 11, 22, 30, tzinfo=dt.UTC))

    assert figures(task.user)["due_today"] == 1
    assert figures(task.user, zone="Europe/Athens")["due_today"] == 0  # tomorrow, half past midnight


def test_a_day_in_which_the_clocks_change_has_its_own_length() -> None:
    """In Berlin 29 March 2026 has 23 hours: it ends at 22:00 UTC."""
    task = TaskFactory(due_at=dt.datetime(2026, 3, 29, 22, 30, tzinfo=dt.UTC))
    on_the_day = dt.datetime(2026, 3, 29, 10, tzinfo=dt.UTC)

    assert figures(task.user, zone="Europe/Berlin", now=on_the_day)["due_today"] == 0


def test_the_last_seven_days_are_hours() -> None:
    user = UserFactory()
    done(user, NOW - 7 * DAY)
    done(user, NOW - 7 * DAY + dt.timedelta(seconds=1))

    assert figures(user)["completed_last_7_days"] == 1


@pytest.mark.parametrize(
    ("days_ago", "streak"),
    [
        ([], 0),
        ([0], 1),
        ([0, 0, 1], 2),
        ([1, 2, 3], 3),  # today may still bring one
        ([2, 3], 0),
        ([0, 1, 3, 4, 5], 2),
        ([5, 4, 3, 2, 1, 0], 6),
    ],
)
def test_a_streak_is_of_days_in_a_row(days_ago: list[int], streak: int) -> None:
    user = UserFactory()
    for days in days_ago:
        done(user, NOW - days * DAY)

    assert figures(user)["current_streak_days"] == streak


def test_a_streak_goes_by_the_days_of_the_time_zone() -> None:
    user = UserFactory()
    done(user, dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC))
    done(user, dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC))

    assert figures(user)["current_streak_days"] == 2
    assert figures(user, zone="Europe/Berlin")["current_streak_days"] == 1  # the 11th and the 9th


@pytest.mark.parametrize(("zone", "hour"), [("CET", 22), ("MET", 22), ("EET", 21), ("WET", 23)])
def test_summer_time_counts_where_a_zone_has_the_name_of_an_offset(zone: str, hour: int) -> None:
    user, after_midnight = UserFactory(), dt.datetime(2026, 7, 14, hour, 30, tzinfo=dt.UTC)
    done(user, after_midnight)
    done(user, after_midnight - 23 * HOUR)  # the day before by summer time, the same one without

    assert figures(user, zone=zone, now=after_midnight)["current_streak_days"] == 2


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "UTC+3", "a" * 300])
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ZoneUnknown):
        queries.stats_of(uuid.uuid4(), zone=zone, now=NOW)


def test_the_database_knows_the_usual_time_zones() -> None:
    usual = {
        name for name in zoneinfo.available_timezones() if name.startswith(("Europe/", "America/", "Asia/"))
    }

    for zone in usual:
        queries.stats_of(uuid.uuid4(), zone=zone, now=NOW)
