"""What every table has in common, and the few things said to PostgreSQL directly."""

import datetime as dt

from django.db import connection, models

from microcred.ids import uuid7


class Model(models.Model):
    """A row with a time-ordered UUID as its key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class CaseInsensitiveEmailField(models.EmailField):  # type: ignore[type-arg]
    """An e-mail address that is stored, compared and looked up in lower case."""

    def to_python(self, value: object) -> object:
        """Lower-case what forms hand in and, as CharField passes it through here too, what is stored."""
        cleaned = super().to_python(value)
        return cleaned.lower() if isinstance(cleaned, str) else cleaned


def database_now() -> dt.datetime:
    """Return the database's own clock, the only one that leases may be judged by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: dt.datetime = row[0]
    return moment


APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('microcred.erasure', true) = 'on' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def append_only_sql(table: str) -> str:
    """Return the SQL that makes ``table`` refuse UPDATE and DELETE.

    Erasure, the one sanctioned exception, sets ``microcred.erasure`` for its own transaction.
    """
    return (
        f"{APPEND_ONLY_FUNCTION}"
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    )


def drop_append_only_sql(table: str) -> str:
    """Return the SQL that takes the guard of :func:`append_only_sql` off again."""
    return f"DROP TRIGGER {table}_append_only ON {table};"
