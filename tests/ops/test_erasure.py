"""Erasure is opened for one transaction, with a line in the trail, and by nothing else."""

import pytest
from django.db import IntegrityError, connection, transaction

from microcred.db import append_only_sql
from ops import erasure
from ops.models import AuditLog
from tests.factories.accounts import AdminFactory


@pytest.fixture
def ledger() -> None:
    """A table that is a record, with one row."""
    run("CREATE TABLE ledger (entry text)")
    run(append_only_sql("ledger"))
    run("INSERT INTO ledger VALUES ('first')")


def run(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


@pytest.mark.django_db
@pytest.mark.usefixtures("ledger")
def test_erasure_may_change_and_delete_until_it_is_closed() -> None:
    admin = AdminFactory()
    with transaction.atomic():
        erasure.begin(by=admin, subject_type="user", subject_id=admin.pk, reason="asked for")
        assert run("UPDATE ledger SET entry = 'erased'") == 1
        assert run("DELETE FROM ledger") == 1
        erasure.end()
        run("INSERT INTO ledger VALUES ('second')")
        with pytest.raises(IntegrityError, match="append-only"):
            run("DELETE FROM ledger")

    line = AuditLog.objects.get(action="erasure.begun")
    assert (line.actor_id, line.resource_id, line.metadata["reason"]) == (admin.pk, admin.pk, "asked for")


@pytest.mark.django_db(transaction=True)
def test_another_transaction_opens_nothing_with_the_same_setting() -> None:
    run("CREATE TABLE ledger (entry text)")
    try:
        run(append_only_sql("ledger"))
        run("INSERT INTO ledger VALUES ('first')")
        with transaction.atomic():
            line = erasure.begin(by=None, subject_type="user", subject_id=None, reason="asked for")

        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('microcred.erasure', %s, false)", [str(line.pk)])
        with pytest.raises(IntegrityError, match="append-only"):
            run("DELETE FROM ledger")
    finally:
        run("RESET microcred.erasure; DROP TABLE ledger")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_there_is_nothing_to_open() -> None:
    with pytest.raises(erasure.NotInTransaction):
        erasure.begin(by=None, subject_type="user", subject_id=None, reason="asked for")
