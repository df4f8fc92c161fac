"""Web server and worker work as a user who changes rows and nothing about tables."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.personal_data import erasing
from ops import audit, audit_verifying, checks, retention, service_role
from ops.models import AuditLog
from recommendations.services import refresh_embeddings
from tests.accounts.personal_data.people import MARK, marked_student
from tests.accounts.personal_data.sweep import places_with
from tests.factories.accounts import AdminFactory
from tests.factories.recommendations import WordEmbedder, offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def role() -> str:
    """A user of this name, who may work here; made in the test's transaction, and gone with it."""
    name = f"service-{uuid.uuid4().hex}"
    service_role.create(name, "")
    service_role.grant(name)
    return name


@contextmanager
def working_as(role: str) -> Iterator[None]:
    """Have the connection do what it does as another user."""
    # What is checked at the end of a transaction is checked by who made it: these rows by their owner.
    connection.check_constraints()
    run(f'SET LOCAL ROLE "{role}"')
    try:
        yield
    finally:
        run("RESET ROLE")


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def rights(role: str, table: str) -> set[str]:
    asked = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked FROM unnest(%s::text[]) AS asked WHERE has_table_privilege(%s, %s, asked)",
            [asked, role, table],
        )
        return {right for (right,) in cursor.fetchall()}


def test_every_table_of_the_product_is_read_and_changed_and_no_more(role: str) -> None:
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]

    assert {table: rights(role, table) for table in tables} == {
        table: {"SELECT", "INSERT", "UPDATE", "DELETE"} for table in tables
    }
    assert rights(role, "django_migrations") == {"SELECT"}


def test_a_table_that_a_later_migration_makes_is_granted_with_it(role: str) -> None:
    run("CREATE TABLE later (id serial)")

    assert rights(role, "later") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    with working_as(role):
        run("INSERT INTO later DEFAULT VALUES")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_logs DISABLE TRIGGER ALL",
        "ALTER TABLE audit_logs DROP COLUMN action",
        "DROP TRIGGER audit_logs_append_only ON audit_logs",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "TRUNCATE audit_logs",
        "DROP TABLE audit_logs",
        "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE audit_logs (id uuid, action text, metadata jsonb)",
        "CREATE SCHEMA mine",
        "DELETE FROM django_migrations",
        "SET session_replication_role = replica",
        "ALTER ROLE CURRENT_USER CREATEDB",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY audit_logs TO PROGRAM 'cat'",
    ],
)
def test_nothing_that_guards_the_rows_can_be_taken_away(role: str, statement: str) -> None:
    with working_as(role), pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        run(statement)


def test_lines_of_the_trail_are_written_and_the_chain_holds(role: str) -> None:
    with working_as(role):
        audit.record(by=None, action="thing.done", resource_type="thing", resource_id=None)
        connection.check_constraints()

    assert AuditLog.objects.filter(action="thing.done").count() == 1
    assert audit_verifying.verify().broken is None


def test_an_erasure_is_brought_to_its_end(role: str) -> None:
    person = marked_student()
    asked = erasing.request_erasure(by=person, person=person, now=timezone.now())

    with working_as(role):
        steps = erasing.erase(asked.pk, now=asked.due_at)
        connection.check_constraints()

    assert steps
    assert places_with(MARK) == []
    assert audit_verifying.verify().broken is None


def test_a_catalog_is_made_searchable_and_what_is_past_its_time_is_deleted(role: str) -> None:
    offered("joins", text="Inner joins")

    with working_as(role), CaptureQueriesContext(connection) as asked:
        counts = refresh_embeddings(embedder=WordEmbedder())
        retention.expire(now=timezone.now())

    assert (counts.cut, counts.embedded) == (1, 1)
    assert any(one["sql"].startswith("ANALYZE") for one in asked)


def test_granting_again_changes_nothing(role: str) -> None:
    before = rights(role, "audit_logs")

    service_role.grant(role)

    assert rights(role, "audit_logs") == before


def test_the_server_is_not_told_the_password() -> None:
    with CaptureQueriesContext(connection) as asked:
        service_role.create("service-with-password", "a long and secret one")

    assert all("a long and secret one" not in one["sql"] for one in asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolpassword, rolcanlogin FROM pg_authid WHERE rolname = 'service-with-password'"
        )
        proof, may_log_in = cursor.fetchone()
    assert proof.startswith("SCRAM-SHA-256$")
    assert may_log_in


def test_who_owns_the_tables_is_told_apart(role: str) -> None:
    assert service_role.owns_tables()
    with working_as(role):
        assert not service_role.owns_tables()


def test_a_deployment_that_serves_as_the_owner_is_warned(role: str, settings: LazySettings) -> None:
    settings.IS_DEPLOYED = True

    assert [one.id for one in checks.check_database_owner(databases=["default"])] == ["microcred.W003"]
    assert checks.check_database_owner() == []
    with working_as(role):
        assert checks.check_database_owner(databases=["default"]) == []

    settings.IS_DEPLOYED = False
    assert checks.check_database_owner(databases=["default"]) == []


class TestCommand:
    def test_makes_the_user_once(self, settings: LazySettings) -> None:
        settings.DATABASE_SERVICE_PASSWORD = "a long and secret one"
        name = f"service-{uuid.uuid4().hex}"

        assert said(name, create=True) == [
            f"{name}: made",
            f"{name}: may read and change rows, and nothing about tables",
        ]
        assert said(name, create=True) == [f"{name}: may read and change rows, and nothing about tables"]

    def test_does_not_make_a_user_unasked(self) -> None:
        with pytest.raises(CommandError) as refused:
            said("nobody-here")

        assert str(refused.value) == "The database server has no user 'nobody-here'. --create makes it."

    def test_takes_nothing_from_the_owner(self) -> None:
        owner = str(connection.settings_dict["USER"])

        with pytest.raises(CommandError) as refused:
            said(owner)

        assert str(refused.value) == (
            f"{owner!r} owns the tables or is a superuser; web server and worker need another user."
        )

    def test_a_name_is_a_name(self) -> None:
        AdminFactory()
        name = 'service"; DROP TABLE users; --'

        assert said(name, create=True)[0] == f"{name}: made"
        assert service_role.exists(name)


def said(role: str, *, create: bool = False) -> list[str]:
    printed = StringIO()
    call_command("grant_service_role", role=role, create=create, stdout=printed)
    return printed.getvalue().splitlines()
