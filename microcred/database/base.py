"""The connection; Django looks for it by this module's name."""

import select
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from microcred.database.vectors import BinaryVector, BinaryVectorDumper, TextVectorDumper


class DatabaseWrapper(PostgreSQL):
    """A connection of Django's own backend, asked only where there is something to hear; it sends vectors as bytes."""

    health_check_done: bool

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, and say how vectors are sent."""
        connection = super().get_new_connection(conn_params)
        # Of two, what is registered last is sent.
        connection.adapters.register_dumper(BinaryVector, TextVectorDumper)
        connection.adapters.register_dumper(BinaryVector, BinaryVectorDumper)
        return connection

    def close_if_health_check_failed(self) -> None:
        """Close a kept connection that has ended.

        A server that stops or ends a session says so, and then there is something to read on a connection that nobody
        has asked anything. While there is nothing, ``SELECT 1`` before every request would find the same out for the
        price of another statement.
        """
        if self.connection is not None and not self.health_check_done and self._is_quiet():
            self.health_check_done = True
        super().close_if_health_check_failed()

    def _is_quiet(self) -> bool:
        assert self.connection is not None  # noqa: S101 - told to the type checker, true by the caller
        if self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)
