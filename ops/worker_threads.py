"""One process of the worker: one job at a time in each of its threads.

Model calls and webhooks are waits, so most threads hold a job and use no processor. A thread that ends a job takes the
next one itself. The main thread listens for bells and calls further threads to work: at once when those at work have
been at it for longer than a moment, more slowly while the process has no processor time left for them.
"""

import os
import queue
import signal
import threading
import time
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from ops import bell, claims, jobs, warm_up, worker_heartbeats
from ops.claims import Claim
from ops.supervision.processes import die_with_parent

log = structlog.get_logger(__name__)
# How long nobody looks at the table when no bell rings.
LOOK_SECONDS: Final = 5.0
# Jobs that run alone are rare and nobody rings for them.
LOOK_ALONE_SECONDS: Final = 1.0
# How soon a stop is noticed.
ROUND_SECONDS: Final = 0.5
# Before it is looked again because of a job that fell due at the moment of a look, or that is at its limit.
SHORTEST_PAUSE_SECONDS: Final = 0.05
# A thread back within this time takes the next job sooner than another thread could be called.
MOMENT_SECONDS: Final = 0.004
CROWDED_SECONDS: Final = 0.05
CROWDED_SHARE: Final = 0.8
IDLE_SECONDS: Final = 60.0
STOP_ROUND_SECONDS: Final = 0.02
LIFE_SECONDS: Final = 1.0


class WorkerThread(threading.Thread):
    """Does the job that it is given and then whatever is ready, until nothing is."""

    def __init__(self, threads: "WorkerThreads") -> None:
        super().__init__(name="thread", daemon=True)
        self.began = time.monotonic()
        self.claim: Claim | None = None
        self._threads = threads
        self._given: queue.SimpleQueue[Claim] = queue.SimpleQueue()
        self._has_looked = False
        self._following: Claim | None = None

    def give(self, claim: Claim) -> None:
        """Have this thread do a job."""
        self.began, self.claim = time.monotonic(), claim
        self._given.put(claim)

    def run(self) -> None:
        """Work; after a minute without any, end, and with it the connection to the database."""
        try:
            while True:
                try:
                    self._given.get(timeout=IDLE_SECONDS)
                except queue.Empty:
                    if self._threads.dismiss(self):
                        return
                    continue
                # Its connection may have been cut while it was idle.
                close_old_connections()
                while self.claim is not None:
                    self._do(self.claim)
                self._threads.put_down(self)
        finally:
            connection.close()
            self._threads.lose(self)

    def _do(self, claim: Claim) -> None:
        self._has_looked, self._following = False, None
        jobs.perform(claim, end=self._end)
        following = self._following if self._has_looked else self._threads.take()
        self.began, self.claim = time.monotonic(), following

    def _end(self, claim: Claim) -> None:
        if self._threads.is_ending():
            claims.end(claim)
            return
        began = time.monotonic()
        self._following = claims.end_and_claim_next(claim, alone=self._threads.alone)
        self._has_looked = True
        if self._following is None:
            self._threads.found_nothing(began)


class WorkerThreads:
    """The threads of this process, at most ``most``; ``alone`` is for jobs that must not share a process."""

    def __init__(self, *, most: int, alone: bool) -> None:
        self.alone = alone
        self._most = most
        self._lock = threading.Lock()
        self._all: set[WorkerThread] = set()
        self._idle: list[WorkerThread] = []
        self._has_idle = threading.Event()
        self._found_nothing_at = 0.0
        self._hung: set[WorkerThread] = set()
        self._is_told_to_end = False
        self._called_at = (time.monotonic(), time.process_time())

    def run(self) -> None:
        """Work until told to stop, or until a job hangs beyond JOB_TIMEOUT_SECONDS; then end what else runs."""
        ears, look_at = bell.ears(), 0.0
        while not self.is_ending():
            self._hung = self._find_hung()
            now = time.monotonic()
            pause = max(0.0, min(look_at - now, ROUND_SECONDS))
            heard = self._rest(pause) if self.alone or not self._has_room() else ears.hear(pause)
            if heard or time.monotonic() >= look_at:
                look_at = time.monotonic() + self._spread(ears)
        self._end()
        ears.close()

    def is_ending(self) -> bool:
        """Say whether nothing more is to be claimed: on a stop, or because the process must end."""
        return self._is_told_to_end or bool(self._hung) or worker_heartbeats.claims_refused()

    def are_idle(self) -> bool:
        """Whether none of them has a job."""
        return not self._busy()

    def end_soon(self) -> None:
        """Claim nothing more; what is in hand has JOB_STOP_SECONDS, for the kernel ends the process after them."""
        if not self._is_told_to_end:
            self._is_told_to_end = True
            signal.alarm(settings.JOB_STOP_SECONDS)

    def take(self) -> Claim | None:
        """Claim the next job; None when there is none, or the database is away, or nothing more is wanted."""
        if self.is_ending():
            return None
        began = time.monotonic()
        try:
            close_old_connections()
            claim = claims.claim_next_job(alone=self.alone)
        except (DatabaseError, InterfaceError) as error:
            log.warning("job_not_claimed", error=type(error).__name__)
            connection.close()
            return None
        if claim is None:
            self.found_nothing(began)
        return claim

    def found_nothing(self, looked_at: float) -> None:
        """Note that nothing was ready at that moment."""
        self._found_nothing_at = max(self._found_nothing_at, looked_at)

    def put_down(self, thread: WorkerThread) -> None:
        """Take back a thread that has nothing to do."""
        with self._lock:
            self._idle.append(thread)
        self._has_idle.set()

    def dismiss(self, thread: WorkerThread) -> bool:
        """Let a thread go that was idle for long; False when it was given something at this moment."""
        with self._lock:
            if thread not in self._idle:
                return False
            self._idle.remove(thread)
            return True

    def lose(self, thread: WorkerThread) -> None:
        """Forget a thread that ends."""
        with self._lock:
            self._all.discard(thread)

    def _spread(self, ears: Any) -> float:
        """Call threads to work until nothing is ready or all are busy; return the seconds until the next look."""
        heard_at = time.monotonic()
        while not self.is_ending() and self._found_nothing_at < heard_at:
            if not self._has_room():
                ears.pass_on()
                return LOOK_SECONDS
            if not self._is_time_for_another():
                self._rest(MOMENT_SECONDS)
                continue
            claim = self.take()
            if claim is None:
                break
            self._call(claim)
        return self._pause()

    def _pause(self) -> float:
        longest = LOOK_ALONE_SECONDS if self.alone else LOOK_SECONDS
        try:
            until = claims.seconds_until_next(alone=self.alone)
        except (DatabaseError, InterfaceError) as error:
            log.warning("next_job_unknown", error=type(error).__name__)
            connection.close()
            return bell.OUTAGE_SECONDS
        return longest if until is None else min(longest, max(SHORTEST_PAUSE_SECONDS, until))

    def _is_time_for_another(self) -> bool:
        latest = max((thread.began for thread in self._busy()), default=0.0)
        then, used = self._called_at
        elapsed = time.monotonic() - then
        crowded = (time.process_time() - used) > CROWDED_SHARE * elapsed
        return time.monotonic() - latest >= (CROWDED_SECONDS if crowded else MOMENT_SECONDS)

    def _call(self, claim: Claim) -> None:
        self._called_at = (time.monotonic(), time.process_time())
        with self._lock:
            thread = self._idle.pop() if self._idle else None
            if thread is None:
                thread = WorkerThread(self)
                self._all.add(thread)
        thread.give(claim)
        if not thread.is_alive():
            thread.start()

    def _busy(self) -> list[WorkerThread]:
        with self._lock:
            return [thread for thread in self._all if thread.claim is not None]

    def _has_room(self) -> bool:
        with self._lock:
            return bool(self._idle) or len(self._all) < self._most

    def _rest(self, seconds: float) -> bool:
        """Wait, for less time when a thread comes free; say whether one did."""
        self._has_idle.clear()
        return self._has_idle.wait(seconds)

    def _find_hung(self) -> set[WorkerThread]:
        now = time.monotonic()
        hung = {thread for thread in self._busy() if now - thread.began > settings.JOB_TIMEOUT_SECONDS}
        for thread in hung:
            claim = thread.claim
            log.error("job_hangs", **(claim.named if claim else {}))
        return hung

    def _end(self) -> None:
        """Wait for the threads: a stop is bounded by who asked for it, hanging jobs by the others' deadline."""
        until = time.monotonic() + settings.JOB_DEADLINE_SECONDS
        while set(self._busy()) - self._hung and time.monotonic() < until:
            time.sleep(STOP_ROUND_SECONDS)
        if self._busy():
            os._exit(1)


def run_worker_process(alone: bool, most: int, place: int) -> None:
    """Be one process of the worker, which shows life in a ``place`` of its own.

    When the sentinel that started it dies, what is in hand is still brought to its end: a model call that is under way
    would have to be paid for again.
    """
    threads = WorkerThreads(most=most, alone=alone)
    signal.signal(signal.SIGTERM, lambda *_: threads.end_soon())
    die_with_parent(os.getppid(), signal.SIGTERM)
    threading.Thread(target=_live, args=(place,), name="life", daemon=True).start()
    if not alone:
        named = "warm-up"
        threading.Thread(
            target=warm_up.run_warm_ups, args=(threads.are_idle,), name=named, daemon=True
        ).start()
    threads.run()
    connection.close()


def _live(place: int) -> None:
    while True:
        worker_heartbeats.record_heartbeat(place)
        time.sleep(LIFE_SECONDS)
