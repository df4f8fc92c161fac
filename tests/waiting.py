"""Who waits for whom in the database."""

from concurrent.futures import Future
from typing import Any

from django.db import connection

from tests.ops.harness import PATIENCE_SECONDS, wait_until

_KEPT_WAITING = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def waits_or_ends(other: "Future[Any]") -> None:
    """Return once somebody waits for what the caller's transaction holds, or what else goes on has ended."""
    wait_until(lambda: other.done() or _keeps_somebody_waiting(), PATIENCE_SECONDS, "the other waits")


def _keeps_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_WAITING)
        row: Any = cursor.fetchone()
    return bool(row[0])
