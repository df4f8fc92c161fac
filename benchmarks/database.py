"""A database of a benchmark's own in the embedded server, made for one run and dropped after it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.measuring import BACKENDS

ROOT: Final = Path(__file__).resolve().parent.parent
PREFIX: Final = "benchmark_"
OWN: Final = (PREFIX, "test_")


class NotOwn(RuntimeError):
    """The connection leads to a database that is not a benchmark's."""


def set_up(*, threads: int = 1) -> None:
    """Load Django without any server of the operator's, and with ``threads`` for linear algebra; 0 for as many as each
    library takes."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        if threads:
            os.environ[name] = str(threads)
    os.environ.pop("DATABASE_URL", None)
    os.environ["OPENAI_API_KEY"] = ""
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")
    import django

    django.setup()


@contextmanager
def own_database() -> Iterator[str]:
    """Make a database with the product's tables, connect to it, and drop it in the end; return its name.

    The name begins with ``benchmark_``, which no other database of the product does. The server is started where it
    does not run, and then stopped again.
    """
    import psycopg
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from psycopg import sql
    from psycopg.conninfo import make_conninfo

    name = f"{PREFIX}{os.getpid()}"
    with settings.EMBEDDED_DATABASE.running() as server:
        given = server.connection_settings()
        address = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "dbname": "postgres"}
        with psycopg.connect(make_conninfo("", **address), autocommit=True) as control:
            control.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                connection.close()
                connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
                settings.DATABASES["default"]["OPTIONS"]["options"] += " -c statement_timeout=0"
                call_command("migrate", verbosity=0, interactive=False)
                require_own()
                watch_backend()
                yield name
            finally:
                BACKENDS.clear()
                connection.close()
                control.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


def watch_backend() -> None:
    """Have the processor's time of the process that serves this connection counted too; on Linux."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    if Path(f"/proc/{pid}/schedstat").exists():
        BACKENDS[:] = [pid]


def require_own() -> None:
    """Refuse to go on in a database that is neither a benchmark's nor a test's.

    Raises:
        NotOwn: there.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        (name,) = cursor.fetchone()
    if not str(name).startswith(OWN):
        raise NotOwn(f"{name} is not a benchmark's database")


def analyze() -> None:
    """Let the planner know what was loaded."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if not connection.in_atomic_block else "ANALYZE")
