"""The processes that do jobs, as the first process of the worker sees them: one that froze is killed, and the claims of
one that died are given up at once instead of when their leases run out.

A frozen process may be in the midst of a transaction, whose locks nobody else gets past: only its death helps.
"""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

import structlog
from django.db import DatabaseError, InterfaceError, connection

from ops import claims, worker_heartbeats
from ops.supervision.processes import find

log = structlog.get_logger(__name__)
# Each shows life once a second.
SILENCE_SECONDS = 12.0
# A killed process is gone as soon as the kernel has come to it.
DYING_SECONDS, DYING_ROUND_SECONDS = 2.0, 0.01


class WorkerProcesses:
    """The processes that the ``sentinel`` starts, under the name by which the worker's claims are known."""

    def __init__(self, worker: str, sentinel: int) -> None:
        self._worker = worker
        self._sentinel = sentinel
        # By pid, when they were started: both together name a process for good, also without its sentinel.
        self._known: dict[int, int] = {}
        self._frozen: set[int] = set()

    def look_after(self) -> bool:
        """Kill who is frozen, and let go of what the dead held; a database that is away is asked again.

        Return whether anybody is alive.
        """
        silent = worker_heartbeats.heartbeat_ages()
        alive = self._alive(silent)
        frozen = {pid for pid in alive if silent[pid] > SILENCE_SECONDS}
        # Twice in a row, for a place may have been read while it was written.
        for pid in frozen & self._frozen:
            log.error("worker_process_frozen", pid=pid, seconds=round(silent[pid], 1))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._frozen = frozen
        self._known |= alive
        for pid in self._known.keys() - alive.keys():
            self._bury(pid)
        return bool(alive)

    def kill(self) -> list[int]:
        """Kill all at once, and return who was alive."""
        alive = self._alive(worker_heartbeats.heartbeat_ages())
        for pid in alive:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + DYING_SECONDS
        while any(find(pid) for pid in alive) and time.monotonic() < until:
            time.sleep(DYING_ROUND_SECONDS)
        return list(alive)

    def _alive(self, pids: Iterable[int]) -> dict[int, int]:
        found = (process for pid in pids if (process := find(pid)) is not None)
        return {
            process.pid: process.started
            for process in found
            if process.parent == self._sentinel or self._known.get(process.pid) == process.started
        }

    def _bury(self, pid: int) -> None:
        try:
            held = claims.expire_process_leases(self._worker, pid)
        except (DatabaseError, InterfaceError) as error:
            log.warning("claims_not_let_go", error=type(error).__name__)
            connection.close()
            return
        del self._known[pid]
        log.warning("worker_process_died", pid=pid, held=held)
