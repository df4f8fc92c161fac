"""What a test that commits leaves to the next: as little as a database that has just been made."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from accounts.models import User
from ops.models import AuditLog
from scoring.models import ScorerRelease
from tests.factories.assessments import started_assessment

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> dict[str, int]:
    """Return how many rows each table has that has any."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))  # noqa: S608
        return {table: number for table, number in cursor.fetchall() if number}


def test_nothing_is_left_but_what_migrating_makes() -> None:
    call_command("flush", verbosity=0, interactive=False)
    fresh = rows()
    started_assessment()
    assert rows() != fresh

    call_command("flush", verbosity=0, interactive=False)

    assert rows() == fresh
    assert set(fresh) == {
        "auth_permission", "django_content_type", "audit_logs", "audit_links", "scorer_releases", "scorer_activations",
    }  # fmt: skip
    assert fresh["scorer_releases"] == 1


def test_rows_that_nobody_may_delete_go_too_and_are_guarded_afterwards() -> None:
    call_command("flush", verbosity=0, interactive=False)

    assert ScorerRelease.objects.count() == 1
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        AuditLog.objects.all().delete()


def test_it_waits_for_whoever_is_still_writing() -> None:
    written, go_on = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                User.objects.create_user(email="late@example.org", password="", name="Late")
                written.set()
                go_on.wait(30)
        finally:
            connections.close_all()

    late = threading.Thread(target=write)
    late.start()
    written.wait(30)
    threading.Timer(0.2, go_on.set).start()

    call_command("flush", verbosity=0, interactive=False)
    late.join()

    assert not User.objects.filter(email="late@example.org").exists()
