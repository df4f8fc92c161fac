"""How the tables are cleared after a test that commits."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.management.color import Style
from django.db import OperationalError, connection
from django.db.backends.postgresql.operations import DatabaseOperations

FLUSHES = 10
# What migrating always makes the same: the names of the models, and of what may be done with them.
KEPT: Final = frozenset({"auth_permission", "django_content_type"})

Flush = Callable[[DatabaseOperations, list[str]], None]


def patiently(flush: Flush) -> Flush:
    """Clear the tables again when a worker that still looks at them was in the way: who comes first is chance."""

    def flush_again(operations: DatabaseOperations, statements: list[str]) -> None:
        for _ in range(FLUSHES - 1):
            try:
                return flush(operations, statements)
            except OperationalError:
                time.sleep(0.1)
        return flush(operations, statements)

    return flush_again


def may_pass_by_triggers() -> bool:
    """Whether the tests' account may keep triggers from acting, as that of the embedded server may."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return bool(cursor.fetchone()[0] == "on")


def row_by_row(
    operations: DatabaseOperations, style: Style, tables: Iterable[str], **options: Any
) -> list[str]:
    """Return the statements that empty ``tables``: TRUNCATE makes the files of each and of its indexes anew, also where
    there is nothing in them, and a test leaves few rows in few tables.

    Like TRUNCATE they wait for whoever still reads or writes, and no trigger acts.
    """
    names = [operations.quote_name(table) for table in sorted(set(tables) - KEPT)]
    if not names:
        return []
    return [
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE",
        f"DO $$ BEGIN {' '.join(f'DELETE FROM {name};' for name in names)} END $$",  # noqa: S608
    ]
