"""Several statements in one round trip: in their order, each answered once, and errors as they are elsewhere."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import Statement, fetch_rows, pipelined, prefetched
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
DOUBLE = Statement("SELECT %(number)s::int * 2")
BY_KEY = CompiledQuery(lambda user: User.objects.filter(pk=user), user=uuid.UUID)


@contextmanager
def pipelines() -> Iterator[mock.Mock]:
    """How often the driver is told to send several statements at once."""
    with mock.patch.object(connection.connection, "pipeline", wraps=connection.connection.pipeline) as begun:
        yield begun


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [str(one["sql"]).strip() for one in captured.captured_queries]


def test_what_is_asked_together_is_answered_in_its_order_in_one_trip() -> None:
    someone = UserFactory()

    with pipelines() as begun:
        found: list[Any] = pipelined(
            DOUBLE.read(number=4), BY_KEY.read(user=someone.pk), DOUBLE.read(number=1)
        )

    assert found == [[(8,)], [someone], [(2,)]]
    assert begun.call_count == 1


def test_within_a_trip_each_statement_is_answered_once_without_being_asked() -> None:
    someone = UserFactory()

    with CaptureQueriesContext(connection) as captured:
        with prefetched(DOUBLE.read(number=4), BY_KEY.read(user=someone.pk)) as trip:
            asked = len(captured)
            assert DOUBLE.rows(number=4) == [(8,)]
            assert BY_KEY.first(user=someone.pk) == someone
            assert len(captured) == asked == 2
            assert trip.answers == []
            assert DOUBLE.rows(number=4) == [(8,)]
        assert BY_KEY.first(user=someone.pk) == someone

    assert statements(captured)[2:] == [statements(captured)[0], statements(captured)[1]]


def test_other_values_and_other_statements_are_asked_for() -> None:
    with prefetched(DOUBLE.read(number=4)) as trip:
        assert DOUBLE.rows(number=5) == [(10,)]
        assert Statement("SELECT %(number)s::int").rows(number=4) == [(4,)]
        assert len(trip.answers) == 1


def test_an_answer_is_as_of_the_beginning() -> None:
    someone = UserFactory(name="Before")

    with prefetched(BY_KEY.read(user=someone.pk)):
        User.objects.filter(pk=someone.pk).update(name="After")

        assert [one.name for one in BY_KEY.rows(user=someone.pk)] == ["Before"]
        assert [one.name for one in BY_KEY.rows(user=someone.pk)] == ["After"]


def test_a_later_statement_of_a_trip_sees_what_an_earlier_one_did() -> None:
    someone = UserFactory()
    rename = Statement("UPDATE users SET name = %(name)s WHERE id = %(id)s")

    changed, found = pipelined(rename.read(name="After", id=someone.pk), BY_KEY.read(user=someone.pk))

    assert changed == []
    assert [one.name for one in found] == ["After"]


def test_an_error_is_the_mappers_and_leaves_the_connection_usable() -> None:
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        pipelined(
            DOUBLE.read(number=4),
            Statement("SELECT 1 / %(number)s::int").read(number=0),
            DOUBLE.read(number=1),
        )

    assert "division by zero" in str(raised.value)
    assert DOUBLE.rows(number=3) == [(6,)]
    with pytest.raises(ProgrammingError), transaction.atomic():
        fetch_rows("SELECT 1 FROM no_such_table")


def test_a_broken_transaction_is_not_gone_on_with() -> None:
    with transaction.atomic():
        connection.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            fetch_rows("SELECT 1")
        with pytest.raises(TransactionManagementError):
            pipelined(DOUBLE.read(number=1))


def test_a_statement_without_rows_returns_none() -> None:
    assert fetch_rows("SET LOCAL work_mem = '4MB'") == []
    assert fetch_rows("SELECT name FROM users WHERE id = %s", [UserFactory(name="A").pk]) == [("A",)]
