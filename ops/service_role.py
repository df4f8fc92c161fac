"""The database user as whom web server and worker work: it changes rows, and nothing about tables.

PostgreSQL lets the owner of a table alter it, drop it, and switch off the triggers that refuse to change what is
append-only. Serving requests and doing jobs take none of that, so whoever takes over one of these processes, or finds
a way to slip in a statement, does not get it either.
"""

from typing import Final

import structlog
from django.db import connection, transaction
from psycopg import sql

log = structlog.get_logger(__name__)

ROLE: Final = "microcred_service"
# ANALYZE is a right from this version on; an older server leaves it to the owner and to its own rounds.
MAINTAIN_SINCE: Final = 170000
_OWNS: Final = """
SELECT EXISTS (SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE'))"""
_GRANTS: Final = (
    # A table of one session's own stands before all others of its name, and the guards' functions read tables.
    "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
    "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    # What later migrations make.
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
_MAINTAIN: Final = (
    "GRANT MAINTAIN ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT MAINTAIN ON TABLES TO {role}",
)


class RoleUnknown(LookupError):
    """The database has no such user."""


class RoleTooMighty(ValueError):
    """The user owns tables or may do everything, so that granting it little takes nothing from it."""


def owns_tables() -> bool:
    """Whether the user of this process's connection may alter the tables and switch their triggers off."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNS)
        (owns,) = cursor.fetchone()
    return bool(owns)


def exists(role: str) -> bool:
    """Whether the server has a user of this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        return bool(cursor.fetchone()[0])


def create(role: str, password: str) -> None:
    """Make a user who may log in and nothing else; an empty password is none, for a server that asks for none.

    The server is told what the password is checked by and not the password, which its log could show.
    """
    words = (
        "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT PASSWORD {proof}"
    )
    _run(sql.SQL(words).format(role=sql.Identifier(role), proof=sql.Literal(_proof_of(password, role))))
    log.info("service_role_created", role=role)


def grant(role: str) -> None:
    """Give a user what web server and worker need in this database; said again, it changes nothing.

    Raises RoleUnknown, or RoleTooMighty where the user has more already.
    """
    if not exists(role):
        raise RoleUnknown(f"The database server has no user {role!r}.")
    if _is_mighty(role):
        raise RoleTooMighty(
            f"{role!r} owns the tables or is a superuser; web server and worker need another user."
        )
    names = _names(role)
    with transaction.atomic():
        for text in (*_GRANTS, *(_MAINTAIN if _version() >= MAINTAIN_SINCE else ())):
            _run(sql.SQL(text).format(**names))
    log.info("service_role_granted", role=role)


def _is_mighty(role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.rolsuper OR pg_has_role(r.oid, d.datdba, 'MEMBER') OR pg_has_role(r.oid, t.relowner, 'MEMBER') "
            "FROM pg_roles AS r, pg_database AS d, pg_class AS t "
            "WHERE r.rolname = %s AND d.datname = current_database() AND t.oid = 'django_migrations'::regclass",
            [role],
        )
        return bool(cursor.fetchone()[0])


def _names(role: str) -> dict[str, sql.Identifier]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = cursor.fetchone()
    return {
        "role": sql.Identifier(role),
        "database": sql.Identifier(database),
        "schema": sql.Identifier(schema),
    }


def _proof_of(password: str, role: str) -> str | None:
    if not password:
        return None
    with connection.cursor() as cursor:
        proof: bytes = cursor.connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
    return proof.decode()


def _version() -> int:
    with connection.cursor() as cursor:
        return int(cursor.connection.info.server_version)


def _run(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection))
