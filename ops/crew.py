"""The processes that do jobs, as the first process of the worker sees them: one that froze is killed, and the claims of
one that died are given up at once instead of when their leases run out.

A frozen process may be in the midst of a transaction, whose locks nobody else gets past: only its death helps.
"""

import os
import signal
from contextlib import suppress

import structlog
from django.db import DatabaseError, InterfaceError, connection

from ops import claims, pulse
from ops.supervision.processes import find

log = structlog.get_logger(__name__)
# Each shows life once a second.
SILENCE_SECONDS = 12.0


class Crew:
    """The processes that the ``sentinel`` starts, under the name by which the worker's claims are known."""

    def __init__(self, worker: str, sentinel: int) -> None:
        self._worker = worker
        self._sentinel = sentinel
        self._known: set[int] = set()
        self._frozen: set[int] = set()

    def look_after(self) -> None:
        """Kill who is frozen, and let go of what the dead held; a database that is away is asked again."""
        silent = pulse.seconds_silent()
        alive = {pid for pid in silent if self._is_ours(pid)}
        frozen = {pid for pid in alive if silent[pid] > SILENCE_SECONDS}
        # Twice in a row, for a place may have been read while it was written.
        for pid in frozen & self._frozen:
            log.error("worker_process_frozen", pid=pid, seconds=round(silent[pid], 1))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._frozen = frozen
        self._known |= alive
        for pid in self._known - alive:
            self._bury(pid)

    def _is_ours(self, pid: int) -> bool:
        process = find(pid)
        return process is not None and process.parent == self._sentinel

    def _bury(self, pid: int) -> None:
        try:
            held = claims.lapse_process(self._worker, pid)
        except (DatabaseError, InterfaceError) as error:
            log.warning("claims_not_let_go", error=type(error).__name__)
            connection.close()
            return
        self._known.discard(pid)
        log.warning("worker_process_died", pid=pid, held=held)
