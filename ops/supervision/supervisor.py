"""The parent of the web server and the worker."""

import signal
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from ops.supervision.children import Child, wait_for_end
from ops.supervision.maintenance import MaintenanceThread
from ops.supervision.probe import WebProbe
from ops.supervision.records import RunFolder

log = structlog.get_logger(__name__)
ROUND_SECONDS = 0.2
# The worker shows life once a second.
SILENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Plan:
    """What to run, and where."""

    base_dir: Path
    state_dir: Path
    web: bool = True
    worker: bool = True
    host: str = "127.0.0.1"
    port: int = 8000
    events_port: int = 0
    web_processes: int = 2
    web_threads: int = 4
    stop_seconds: float = 21.0


class Supervisor:
    """Starts the children of a plan, keeps them alive, and ends them all when told to."""

    def __init__(self, plan: Plan) -> None:
        self._mark = uuid.uuid4().hex
        self._worker_name = _worker_name(self._mark)
        self._folder = RunFolder(plan.state_dir / "run")
        self._plan = plan
        self._worker = self._worker_child() if plan.worker else None
        self._web = self._web_child() if plan.web else None
        self._streams = self._streams_child() if plan.events_port else None
        self._children = [child for child in (self._web, self._streams, self._worker) if child]
        self._stopped = threading.Event()
        self._is_to_renew = threading.Event()
        self._worker_is_stuck = threading.Event()
        self._stuck: deque[Child] = deque()
        asked = ((self._web, plan.port), (self._streams, plan.events_port))
        self._probes = [self._probe(child, port) for child, port in asked if child]
        self._maintenance = self._new_maintenance()

    def run(self, check: Callable[[], None] = lambda: None) -> None:
        """Supervise until SIGTERM or SIGINT; raises ``AlreadySupervised`` if someone else does.

        SIGHUP has the children replaced by others that run the code and settings on the disk, without a caller of the
        web server who is refused or a job that is lost. Streams are ended, and their port refuses callers until the
        successor listens; whoever follows comes back. ``check`` is called when a predecessor's remains are gone and
        nothing has been started.
        """
        self._folder.lock()
        self._take_over()
        check()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopped.set())
        signal.signal(signal.SIGHUP, lambda *_: self._is_to_renew.set())
        self._maintenance.start()
        for probe in self._probes:
            probe.start()
        try:
            while not self._stopped.wait(ROUND_SECONDS):
                self._go_round()
        finally:
            self._end()

    def _go_round(self) -> None:
        if self._is_to_renew.is_set():
            self._is_to_renew.clear()
            self._renew()
        if self._worker is not None and self._worker_is_stuck.is_set():
            self._worker.kill()
            self._worker_is_stuck.clear()
        while self._stuck:
            self._stuck.popleft().kill()
        if self._worker is not None and self._worker.seconds_silent(time.monotonic()) > SILENCE_SECONDS:
            log.error("worker_silent", seconds=round(self._worker.seconds_silent(time.monotonic()), 1))
            self._worker.replace()
        started = [child.keep_alive(time.monotonic()) for child in self._children]
        if any(started):
            self._folder.write(self._children)
        if not self._maintenance.is_alive():
            log.error("maintenance_died")
            self._maintenance = self._new_maintenance()
            self._maintenance.start()

    def _renew(self) -> None:
        log.info("children_renewed")
        if self._web is not None:
            self._web.tell(signal.SIGHUP)
        for child in (self._streams, self._worker):
            if child is not None:
                child.tell(signal.SIGTERM)

    def _end(self) -> None:
        """Ask everything to stop, and after the plan's ``stop_seconds`` end what has not."""
        self._maintenance.stop()
        for probe in self._probes:
            probe.stop()
        for child in self._children:
            child.tell(signal.SIGTERM)
        if not wait_for_end(self._children, self._plan.stop_seconds):
            log.warning("children_killed", after_seconds=self._plan.stop_seconds)
        for child in self._children:
            child.kill()
        self._folder.clear()
        self._folder.unlock()

    def _probe(self, child: Child, port: int) -> WebProbe:
        return WebProbe(self._plan.host, port, restart=partial(self._stuck.append, child), server=child.name)

    def _new_maintenance(self) -> MaintenanceThread:
        return MaintenanceThread(
            self._worker_name,
            seconds_ready=(lambda: self._seconds_ready()) if self._worker else None,
            restart=self._worker_is_stuck.set if self._worker else None,
        )

    def _seconds_ready(self) -> float:
        return self._worker.seconds_ready(time.monotonic()) if self._worker else 0.0

    def _take_over(self) -> None:
        """End what a killed predecessor left; its worker may end by itself, as when it is told to stop."""
        for mark in self._folder.marks():
            self._note_death(mark)
        for entry in self._folder.end_stale_groups(but="worker" if self._worker else ""):
            if self._worker is not None and entry["name"] == self._worker.name:
                self._worker.adopt(entry, time.monotonic())

    def _note_death(self, mark: str) -> None:
        if _worker_name(mark) not in self._maintenance.deaths:
            self._maintenance.deaths.append(_worker_name(mark))

    def _web_child(self) -> Child:
        options = {
            "--host": self._plan.host,
            "--port": str(self._plan.port),
            "--processes": str(self._plan.web_processes),
            "--threads": str(self._plan.web_threads),
            "--figures": str(self._plan.state_dir / "figures"),
        }
        return Child(
            "web",
            [sys.executable, "-m", "ops.serving", *(part for pair in options.items() for part in pair)],
            folder=self._plan.base_dir,
            mark=self._mark,
        )

    def _streams_child(self) -> Child:
        place = ["--host", self._plan.host, "--port", str(self._plan.events_port)]
        return Child(
            "streams",
            [sys.executable, "-m", "ops.serving.streams", *place],
            folder=self._plan.base_dir,
            mark=self._mark,
        )

    def _worker_child(self) -> Child:
        ready_file = self._folder.folder / "worker.ready"
        manage = str(self._plan.base_dir / "manage.py")
        return Child(
            "worker",
            [sys.executable, manage, "worker", "--name", self._worker_name, "--ready-file", str(ready_file)],
            folder=self._plan.base_dir,
            mark=self._mark,
            ready_file=ready_file,
            # As long as when it is told to stop.
            leave_seconds=self._plan.stop_seconds,
            on_death=self._note_death,
        )


def _worker_name(mark: str) -> str:
    return f"w-{mark[:12]}"
