"""The server keeps plans of what is asked often, but for what says that it is to be planned anew."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, QuerySet

from accounts.models import User
from microcred.query_plans import custom_plans
from microcred.weeks import by_week, weeks_of
from microcred.zones import zone_named

NOW = dt.datetime(2026, 3, 11, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def nothing_kept(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def kept(part: str) -> int:
    """How many statements with these words the server has a plan of on this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, %s) > 0", [part])
        found: Any = cursor.fetchone()
    return int(found[0])


def ask(times: int) -> QuerySet[User]:
    rows = User.objects.filter(created_at__gte=NOW)
    for _ in range(times):
        assert list(rows.all()) == []
    return rows


def test_what_is_asked_often_is_kept_with_a_plan() -> None:
    ask(3)

    assert kept('"users"."created_at" >=') == 1


def test_within_it_nothing_is_kept_and_afterwards_again() -> None:
    with custom_plans():
        ask(3)
    assert kept('"users"."created_at" >=') == 0

    ask(3)

    assert kept('"users"."created_at" >=') == 1


def test_it_ends_with_an_error_too() -> None:
    with pytest.raises(ValueError, match="no"), custom_plans():
        raise ValueError("no")

    ask(3)

    assert kept('"users"."created_at" >=') == 1


def test_what_is_kept_already_is_not_used_within() -> None:
    ask(3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements")
        (before,) = cursor.fetchone()

    with custom_plans():
        ask(5)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(generic_plans + custom_plans) FROM pg_prepared_statements")
            (after,) = cursor.fetchone()

    assert before == after


def test_figures_by_weeks_are_planned_for_their_weeks() -> None:
    weeks = weeks_of(None, None, zone=zone_named("UTC"), now=NOW)

    for _ in range(3):
        assert list(by_week(User.objects.all(), "created_at", weeks, number=Count("pk"))) == []

    assert kept("DATE_TRUNC") == 0
