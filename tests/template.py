"""The database that every test process begins with a copy of, so that one of them migrates and no other."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

# Any number, as long as everybody who makes templates on the same server takes the same.
LOCK: Final = 7_203_118
NOT_THE_PRODUCT: Final = frozenset({"tests", "benchmarks", "examples"})
READ: Final = (".py", ".json")


def prepare() -> str:
    """Make the template of this code where there is none yet, and return its name; those of other code are dropped.

    Whoever comes meanwhile waits and finds it made.
    """
    family = f"{_family()}_template_"
    name = f"{family}{digest(Path(settings.BASE_DIR))[:12]}"
    with _one_at_a_time() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [family])
        found = {row[0] for row in cursor.fetchall()}
        if name not in found:
            for other in found:
                cursor.execute(f"DROP DATABASE {connection.ops.quote_name(other)} WITH (FORCE)")
            partial = f"{family}partial"
            _migrate(partial)
            quoted = [connection.ops.quote_name(one) for one in (partial, name)]
            cursor.execute(f"ALTER DATABASE {quoted[0]} RENAME TO {quoted[1]}")
    return name


def digest(root: Path) -> str:
    """Return a digest of all that migrating could read: the product's code and data, and the versions of packages."""
    packages = (place.parent for place in root.glob("*/__init__.py"))
    files = [
        file
        for package in packages
        if package.name not in NOT_THE_PRODUCT
        for file in package.rglob("*")
        if file.suffix in READ
    ]
    together = hashlib.sha256()
    for file in sorted([*files, root / "constraints.txt"]):
        content = file.read_bytes()
        together.update(f"{file.relative_to(root)} {len(content)}\n".encode() + content)
    return together.hexdigest()


def _family() -> str:
    """The name of the tests' database without what xdist adds for each process."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    name = str(connection.settings_dict["TEST"]["NAME"])
    return name.removesuffix(f"_{worker}") if worker else name


@contextmanager
def _one_at_a_time() -> Iterator[Any]:
    with connection.creation._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield cursor  # the lock ends with the connection


def _migrate(name: str) -> None:
    """Make a database of this name, with all tables."""
    usual, tests = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    wanted = tests["NAME"]
    tests["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()
        settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = usual
        tests["NAME"] = wanted
