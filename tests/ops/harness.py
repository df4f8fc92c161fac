"""A real supervisor with a real worker on the test database, and ways to hurt it."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from ops.enums import JobStatus
from ops.jobs import enqueue
from ops.models import AsyncJob
from ops.supervision.processes import Process, find, living, members

POLL_SECONDS = 0.05
# How long a test waits for what must happen: beyond any pause of a busy machine, for nothing is measured by it.
PATIENCE_SECONDS = 90.0


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for a condition and return the seconds it took; fail the test when it takes too long."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"not within {seconds} seconds: {what}")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started


class SupervisedWorker:
    """``manage.py supervise`` in a process of its own, with its log in ``folder``."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.log_path = folder / "supervise.log"
        self._options = options or ("--no-web",)
        self._process: subprocess.Popen[bytes] | None = None
        self._roles: dict[int, str] = {}
        self._sentinel = 0
        self._vacant: list[str] = []

    @property
    def pid(self) -> int:
        """The supervisor's own process."""
        assert self._process is not None
        return self._process.pid

    def environment(self) -> dict[str, str]:
        """Return the environment of processes that share the test database."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.ops.worker_settings",
            "OPS_TEST_DATABASE": str(connection.settings_dict["NAME"]),
            "OPS_TEST_STATE_DIR": str(self.folder),
            "LOG_FORMAT": "console",
            "LOG_LEVEL": "INFO",
        }

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start a supervisor and return at once."""
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "supervise", *self._options],
                cwd=settings.BASE_DIR,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def launch(self) -> None:
        """Start, and keep the process as this one's."""
        self._process = self.spawn()

    def start(self) -> "SupervisedWorker":
        """Start and wait until the worker can work."""
        self.launch()
        wait_until(self.is_ready, PATIENCE_SECONDS, f"the worker is ready\n{self.log()}")
        return self

    def is_ready(self) -> bool:
        """Say whether the worker is whole and has told the supervisor that it can work."""
        if self.status is not None:
            raise AssertionError(f"the supervisor has ended\n{self.log()}")
        return (self.folder / "run" / "worker.ready").exists() and len(
            self.roles()
        ) == settings.WORKER_PROCESSES + 3

    def stop(self) -> float:
        """Send SIGTERM, wait for the end, and return the seconds it took."""
        assert self._process is not None
        started = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=PATIENCE_SECONDS)
        return time.monotonic() - started

    def kill(self) -> None:
        """Kill the supervisor alone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End whatever is left, however the test went."""
        groups = self.groups()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for group in groups:
            for process in members(group):
                # Those that were leaving may have left.
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)

    @property
    def status(self) -> int | None:
        """The supervisor's exit status, None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def log(self) -> str:
        """Return what was logged so far."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    def groups(self) -> list[int]:
        """Return the process groups that the supervisor noted."""
        path = self.folder / "run" / "supervisor.json"
        return [entry["group"] for entry in json.loads(path.read_text())["groups"]] if path.exists() else []

    def roles(self) -> dict[int, str]:
        """Return the living processes of the worker by pid, with the part each plays.

        The sentinel forks the one for jobs that run alone, then the others; whoever it forks later replaces the one
        that died. At most one may die between two calls.
        """
        main = next((process for group in self.groups() if (process := find(group))), None)
        sentinel = next(iter(_children(main)), None)
        if main is None or sentinel is None:
            return {}
        self._assign(sentinel, _children(sentinel))
        return {main.pid: "main", sentinel.pid: "sentinel"} | self._roles

    def _assign(self, sentinel: Process, parts: list[Process]) -> None:
        if sentinel.pid != self._sentinel:
            self._vacant = [*["worker"] * settings.WORKER_PROCESSES, "alone"]
            self._sentinel, self._roles = sentinel.pid, {}
        alive = {part.pid for part in parts}
        self._vacant += [self._roles.pop(pid) for pid in list(self._roles) if pid not in alive]
        for part in parts:
            if part.pid not in self._roles:
                self._roles[part.pid] = self._vacant.pop()

    def find_role(self, role: str) -> int:
        """Return the pid of a process that plays this part."""
        return next(pid for pid, name in self.roles().items() if name == role)

    def workers(self) -> list[int]:
        """Return the processes whose threads do most jobs."""
        return [pid for pid, role in self.roles().items() if role == "worker"]

    def busy_worker(self, job_id: uuid.UUID) -> int:
        """Return the process that has claimed this job, once one has."""
        wait_until(
            lambda: AsyncJob.objects.get(pk=job_id).status == JobStatus.RUNNING,
            PATIENCE_SECONDS,
            "the job is claimed",
        )
        return int(AsyncJob.objects.get(pk=job_id).claimed_by.rpartition("/")[2])


def submit(kind: str = "test.note", **payload: object) -> uuid.UUID:
    """Enqueue a job as a service does, and return its id."""
    with transaction.atomic():
        return enqueue(kind, payload=payload).pk


def wait_for_status(job_id: uuid.UUID, status: JobStatus, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until a job is in a state, and return the seconds it took."""
    return wait_until(
        lambda: AsyncJob.objects.get(pk=job_id).status == status,
        seconds,
        f"job {status}, but {AsyncJob.objects.filter(pk=job_id).values()}",
    )


def _children(parent: Process | None) -> list[Process]:
    if parent is None:
        return []
    found = (process for process in living() if process.parent == parent.pid)
    return sorted(found, key=lambda process: (process.started, process.pid))
