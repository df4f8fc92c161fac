"""Who waits for whom in the database."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection, connections, transaction

from tests.ops.harness import PATIENCE_SECONDS, wait_until

T = TypeVar("T")
_KEPT_WAITING = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def waits_or_ends(other: "Future[Any]") -> None:
    """Return once somebody waits for what the caller's transaction holds, or what else goes on has ended."""
    wait_until(lambda: other.done() or _keeps_somebody_waiting(), PATIENCE_SECONDS, "the other waits")


def _keeps_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_WAITING)
        row: Any = cursor.fetchone()
    return bool(row[0])


def beside(held: Callable[[], object], then: Callable[[], T]) -> "Future[T]":
    """Do one thing in a transaction that ends once the other, on a connection of its own, waits for it or has ended;
    return what came of the other."""

    def on_its_own() -> T:
        try:
            return then()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        held()
        other = pool.submit(on_its_own)
        waits_or_ends(other)
    return other
