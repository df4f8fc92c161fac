"""Kept connections: used without asking while they are quiet, replaced once they have ended."""

from unittest import mock

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def _process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


@pytest.fixture(autouse=True)
def checked() -> None:
    """Have a new connection, looked after as between two requests."""
    connection.close()
    _process()
    connection.health_check_enabled = True  # type: ignore[attr-defined]


def test_a_quiet_connection_is_used_without_asking() -> None:
    before = _process()
    connection.close_if_unusable_or_obsolete()

    with mock.patch.object(connection, "is_usable") as asked:
        assert _process() == before

    asked.assert_not_called()


def test_a_connection_that_the_server_has_ended_is_replaced() -> None:
    before = _process()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    connection.close_if_unusable_or_obsolete()

    after = _process()

    assert after != before
