"""The supervisor's second thread: repairs the job table, announces schedules, watches progress.

It runs outside the queue that it repairs. An outage of the database only makes it wait.
"""

import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from ops import claims, queries, reconciliation, repairs, schedules
from ops.supervision.watchdog import is_stuck

log = structlog.get_logger(__name__)
PASS_SECONDS = 0.5
WATCH_SECONDS = 1.0
RING_SECONDS = 2.0
SCHEDULE_SECONDS = 3.0
STATES_SECONDS = 15.0
LOOK_BACK = dt.timedelta(hours=1)
OUTAGE_SECONDS = 1.0


class MaintenanceThread(threading.Thread):
    """Does its rounds until told to stop.

    ``seconds_ready`` says for how long the worker has been able to work; ``restart`` asks for its whole tree
    to be ended. Both are None where no worker is supervised. ``deaths`` takes the names of workers of this machine
    of which processes have died, so that their claims need not wait for their leases.
    """

    def __init__(
        self,
        worker_name: str,
        *,
        seconds_ready: Callable[[], float] | None,
        restart: Callable[[], None] | None,
    ) -> None:
        super().__init__(name="maintenance", daemon=True)
        self._worker_name = worker_name
        self._seconds_ready = seconds_ready
        self._restart = restart
        self.deaths: deque[str] = deque()
        self._stopped = threading.Event()
        self._announced: dict[str, int] = {}
        self._look_back = repairs.LONGEST_LOOK_BACK
        self._every = {
            self._repair: PASS_SECONDS,
            self._ring: RING_SECONDS,
            self._schedule: SCHEDULE_SECONDS,
            self._watch: WATCH_SECONDS,
            self._repair_states: STATES_SECONDS,
        }
        self._next = dict.fromkeys(self._every, 0.0)

    def stop(self) -> None:
        """End after the present round."""
        self._stopped.set()

    def run(self) -> None:
        """Do the rounds."""
        while not self._stopped.is_set():
            pause = PASS_SECONDS
            for chore, due in self._next.items():
                if time.monotonic() >= due:
                    self._next[chore] = time.monotonic() + self._every[chore]
                    pause = max(pause, self._attempt(chore))
            self._stopped.wait(pause)
        connection.close()

    def _attempt(self, chore: Callable[[], None]) -> float:
        """Do one chore and return the seconds to wait after it; no failure ends the rounds."""
        try:
            close_old_connections()
            chore()
        except (DatabaseError, InterfaceError) as error:
            log.warning("maintenance_waits", chore=chore.__name__, error=type(error).__name__)
            connection.close()
            return OUTAGE_SECONDS
        except Exception as error:
            log.exception("maintenance_failed", chore=chore.__name__, error=type(error).__name__)
            return OUTAGE_SECONDS
        return 0.0

    def _repair(self) -> None:
        while self.deaths:
            claims.expire_dead_leases(self.deaths[0])
            self.deaths.popleft()
        lapsed = reconciliation.end_lapsed_claims()
        if lapsed:
            log.info("jobs_repaired", lapsed=lapsed)

    def _ring(self) -> None:
        reconciliation.ring_for_waiting_jobs()

    def _repair_states(self) -> None:
        now = timezone.now()
        repairs.repair_states(now=now, since=now - self._look_back)
        self._look_back = LOOK_BACK

    def _schedule(self) -> None:
        for schedule, slot in schedules.due(timezone.now(), self._announced):
            schedules.announce(schedule, slot)
            self._announced[schedule.name] = slot

    def _watch(self) -> None:
        if self._seconds_ready is None or self._restart is None:
            return
        for alone, threads in ((False, settings.WORKER_PROCESSES * settings.WORKER_THREADS), (True, 1)):
            progress = queries.progress(self._worker_name, alone=alone)
            if is_stuck(progress, threads=threads, seconds_ready=self._seconds_ready()):
                log.error(
                    "worker_stuck",
                    alone=alone,
                    oldest_ready_seconds=round(progress.oldest_ready_seconds, 1),
                    running=progress.running,
                    seconds_since_claim=progress.seconds_since_claim,
                )
                self._restart()
