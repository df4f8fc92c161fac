"""The worker: django-q2's cluster in the foreground, with an end."""

import gc
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.utils.module_loading import import_string

from microcred import garbage_collection
from ops import claims, job_kinds, worker_heartbeats
from ops.cluster import JobCluster
from ops.supervision.processes import forks_die_with_parent
from ops.worker_processes import WorkerProcesses

log = structlog.get_logger(__name__)
ROUND_SECONDS = 0.1
LOOK_SECONDS = 0.2
# The sentinel beats twice a second.
SILENCE_SECONDS = 10.0


class SentinelLost(RuntimeError):
    """The process that looks after the workers died or hangs; this worker is of no more use."""


class ReadyFileLost(RuntimeError):
    """The file that shows that jobs can be done cannot be touched any more; whoever looks for it takes us for dead."""


class Worker:
    """One cluster under the name by which its claims are known."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopped = threading.Event()

    def run(self, ready_file: Path | None = None) -> None:
        """Work until SIGTERM or SIGINT; raises :class:`SentinelLost` when nothing more can be done.

        Whatever is raised takes those who do jobs along. Handlers and models are loaded before the first fork, once for
        all processes; connections are closed before it, because a socket must not be shared, and threads have ended,
        because a fork has none to let go of their locks.
        """
        claims.identify(self._name)
        with garbage_collection.gc_disabled():
            job_kinds.import_all()
            for dotted in settings.WORKER_PRELOAD:
                import_string(dotted)()
        if threading.active_count() > 1:
            raise RuntimeError(f"before the fork there are threads: {threading.enumerate()}")
        connections.close_all()
        # Looking whether what is there by now is garbage would write into each of its pages, which the forks share.
        gc.freeze()
        forks_die_with_parent()
        cluster = JobCluster()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopped.set())
        cluster.start()
        try:
            self._lead(cluster, ready_file)
        except BaseException:
            # At its end this process would wait for the sentinel, whose children would go on doing jobs.
            cluster.sentinel.kill()
            raise

    def _lead(self, cluster: JobCluster, ready_file: Path | None) -> None:
        """Say that jobs can be done, and look after who does them until told to stop."""
        log.info("worker_ready", worker=self._name)
        workers = WorkerProcesses(self._name, cluster.sentinel.pid)
        try:
            _touch(ready_file)
            self._watch(cluster.sentinel, workers, ready_file)
        finally:
            # Whoever it is, it does not begin work any more. Who may not remove the file stops in order all the same.
            if ready_file is not None:
                with suppress(OSError):
                    ready_file.unlink()
        self._stop(cluster, workers)

    def _watch(self, sentinel: Any, workers: WorkerProcesses, ready_file: Path | None) -> None:
        looked_at = 0.0
        while not self._stopped.wait(ROUND_SECONDS):
            if time.monotonic() - looked_at >= LOOK_SECONDS:
                looked_at = time.monotonic()
                workers.look_after()
                # The supervisor looks whether it is touched.
                _touch(ready_file)
            if not sentinel.is_alive():
                raise SentinelLost("the sentinel died")
            silence = worker_heartbeats.sentinel_heartbeat_age()
            if silence is not None and silence > SILENCE_SECONDS:
                raise SentinelLost(f"the sentinel has been silent for {silence:.0f} seconds")

    def _stop(self, cluster: Any, workers: WorkerProcesses) -> None:
        """Claim nothing more, give what runs JOB_STOP_SECONDS, then end everything and put its jobs back.

        Whoever dies meanwhile dies of itself: what it held was an attempt.
        """
        worker_heartbeats.refuse_claims()
        cluster.stop_event.set()
        until = time.monotonic() + settings.JOB_STOP_SECONDS
        while (workers.look_after() or cluster.sentinel.is_alive()) and time.monotonic() < until:
            time.sleep(ROUND_SECONDS)
        # First the sentinel, which would start others.
        cluster.sentinel.kill()
        cluster.sentinel.join()
        ended = workers.kill()
        try:
            put_back = claims.put_back(self._name, ended)
        except (DatabaseError, InterfaceError) as error:
            log.warning("claims_not_put_back", error=type(error).__name__)
        else:
            log.info("worker_stopped", worker=self._name, put_back=put_back)


def _touch(ready_file: Path | None) -> None:
    if ready_file is None:
        return
    try:
        ready_file.touch()
    except OSError as error:
        raise ReadyFileLost(f"{ready_file} cannot be touched: {error.strerror}.") from error
