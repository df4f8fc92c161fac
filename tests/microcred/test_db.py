"""What every table has in common, tried on the real PostgreSQL."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from microcred.db import (
    CaseInsensitiveEmailField,
    append_only_sql,
    database_now,
    drop_append_only_sql,
)
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger() -> str:
    """A table that is a record, with one row."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (entry text)")
        cursor.execute(append_only_sql("ledger"))
        cursor.execute("INSERT INTO ledger VALUES ('first')")
    return "ledger"


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def entries() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry FROM ledger ORDER BY entry")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("UPDATE ledger SET entry = 'x'", "UPDATE"),
        ("DELETE FROM ledger", "DELETE"),
        ("SET LOCAL microcred.allow_truncate = 'off'; TRUNCATE ledger", "TRUNCATE"),
        # A setting alone opens nothing, whatever it says.
        ("SET LOCAL microcred.erasure = 'on'; DELETE FROM ledger", "DELETE"),
        (
            "SET LOCAL microcred.erasure = '01234567-89ab-cdef-0123-456789abcdef'; DELETE FROM ledger",
            "DELETE",
        ),
    ],
)
def test_a_record_refuses_change_and_deletion(ledger: str, sql: str, refused: str) -> None:
    with pytest.raises(DatabaseError, match=f"ledger is append-only: {refused} refused"):
        run(sql)

    run("INSERT INTO ledger VALUES ('second')")
    assert entries() == ["first", "second"]


def test_the_guard_can_be_taken_off_by_a_migration(ledger: str) -> None:
    run(drop_append_only_sql(ledger))
    run("DELETE FROM ledger")

    assert entries() == []


def test_rows_get_ids_that_sort_by_time() -> None:
    first, second = UserFactory(), UserFactory()

    assert first.pk.version == second.pk.version == 7
    assert first.pk.int >> 80 <= second.pk.int >> 80


def test_addresses_are_stored_and_found_without_regard_to_case() -> None:
    user = User(email="Ada.Lovelace@Example.ORG", name="Ada")
    user.save()

    user.refresh_from_db()
    assert user.email == "ada.lovelace@example.org"
    assert User.objects.get(email="ADA.LOVELACE@example.org") == user
    assert CaseInsensitiveEmailField().clean("ADA@Example.org", None) == "ada@example.org"


def test_the_same_address_in_another_case_is_taken() -> None:
    UserFactory(email="ada@example.org")
    other = User(email="ADA@EXAMPLE.ORG", password="!")

    with pytest.raises(IntegrityError, match="email"), transaction.atomic():
        other.save()
    with pytest.raises(ValidationError) as caught:
        other.full_clean()

    assert list(caught.value.message_dict) == ["email"]


def test_the_databases_clock_runs_within_a_transaction() -> None:
    first = database_now()
    run("SELECT pg_sleep(0.01)")
    second = database_now()

    assert first.utcoffset() == dt.timedelta(0)
    assert second - first >= dt.timedelta(milliseconds=10)


def test_rows_are_found_among_more_ids_than_a_statement_takes_values() -> None:
    person, _ = UserFactory(), UserFactory()
    many = [uuid.UUID(int=number) for number in range(1, 65_537)]

    assert list(User.objects.filter(pk__among=[*many, person.pk])) == [person]
    assert not User.objects.filter(pk__among=[]).exists()
