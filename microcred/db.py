"""What every table has in common, and the few things said to PostgreSQL directly."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, models

from microcred.ids import uuid7


class Model(models.Model):
    """A row with a time-ordered UUID as its key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


@models.UUIDField.register_lookup
class InArray(models.Lookup):
    """``pk__among=ids``: IN with one array in place of a value each, of which a statement takes 65,535 at most."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[uuid.UUID]:
        """Return the ids as a list."""
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison with its one parameter."""
        column, values = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::uuid[])", (*values, self.rhs)


class CaseInsensitiveEmailField(models.EmailField):  # type: ignore[type-arg]
    """An e-mail address that is stored, compared and looked up in lower case."""

    def to_python(self, value: object) -> object:
        """Lower-case what forms hand in and, as CharField passes it through here too, what is stored."""
        cleaned = super().to_python(value)
        return cleaned.lower() if isinstance(cleaned, str) else cleaned


def in_this_database(mark: str | None) -> str:
    """Return a mark that the database leaves with every change as what tells it from those of other databases too."""
    return f"{connection.settings_dict['NAME']} {mark}"


def database_now() -> dt.datetime:
    """Return the database's own clock, the only one that leases may be judged by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: dt.datetime = row[0]
    return moment


APPEND_ONLY_FUNCTIONS = """
CREATE OR REPLACE FUNCTION erasure_is_open() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM audit_logs
        WHERE id = CASE WHEN current_setting('microcred.erasure', true) ~ '^[0-9a-f-]{36}$'
                THEN current_setting('microcred.erasure', true)::uuid END
            AND action = 'erasure.begun'
            AND metadata->>'transaction' = pg_current_xact_id_if_assigned()::text
    );
$$;
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF erasure_is_open() THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('microcred.allow_truncate', true) = 'on' AND starts_with(current_database(), 'test_') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: TRUNCATE refused', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
# The table that the first function reads is made by a migration that comes after the first guards.
UNCHECKED = "SET LOCAL check_function_bodies = off;"


def append_only_sql(table: str) -> str:
    """Return the SQL that makes ``table`` refuse UPDATE, DELETE and TRUNCATE.

    Erasure is the one sanctioned exception to the first two: ``ops.erasure.begin`` opens it for one transaction,
    with a line in the audit trail that the guards look for. Only the tests' own connections may truncate.
    """
    return (
        f"{keep_rows_sql(table)}"
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    )


def keep_rows_sql(table: str) -> str:
    """Return the SQL that makes ``table`` refuse TRUNCATE, for one whose other changes have a guard of their own."""
    return (
        f"{UNCHECKED}{APPEND_ONLY_FUNCTIONS}"
        f"CREATE OR REPLACE TRIGGER {table}_keep_rows BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();"
    )


def drop_keep_rows_sql(table: str) -> str:
    """Return the SQL that takes the guard of :func:`keep_rows_sql` off again."""
    return f"DROP TRIGGER IF EXISTS {table}_keep_rows ON {table};"


def drop_append_only_sql(table: str) -> str:
    """Return the SQL that takes the guards of :func:`append_only_sql` off again."""
    return f"DROP TRIGGER {table}_append_only ON {table};{drop_keep_rows_sql(table)}"
