"""One program under supervision: started in a session of its own, started again when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from ops.supervision.processes import find, kill_group, members

log = structlog.get_logger(__name__)
MARK = "MICROCRED_SUPERVISOR"
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
STEADY_SECONDS = 10.0


@dataclass(frozen=True)
class DrainingGroup:
    """A group without its first process, which brings to its end what it has in hand ``until`` a moment."""

    record: dict[str, Any]
    until: float


class Child:
    """A program that is meant to run for as long as the supervisor does.

    ``ready_file`` is removed after an end; the program makes it when it can work. When the first process has ended,
    the others of its group have ``leave_seconds`` to end too, beside what was started in its place. ``on_death`` is
    called with the group's mark as long as they do, and once more when all have ended.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        folder: Path,
        mark: str,
        ready_file: Path | None = None,
        leave_seconds: float = 0.0,
        on_death: Callable[[str], None] = lambda mark: None,
    ) -> None:
        self.name = name
        self.ready_file = ready_file
        self.starts = 0
        self._command = command
        self._folder = folder
        self._mark = mark
        self._leave_seconds = leave_seconds
        self._on_death = on_death
        self._record: dict[str, Any] = {}
        self._leaving: list[DrainingGroup] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._ready_at: float | None = None
        self._was_ready = False
        self._touched, self._heard_at = 0, 0.0
        self._pause = FIRST_PAUSE_SECONDS
        self._not_before = 0.0

    @property
    def group(self) -> int | None:
        """The process group, None before the first start."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the program's first process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_leaving(self) -> bool:
        """Whether a group whose first process has ended lives on."""
        return any(members(left.record["group"]) for left in self._leaving)

    def records(self) -> list[dict[str, Any]]:
        """Return what a successor needs to find this child's groups again, the present one first."""
        return [self._record] * self.is_running + [left.record for left in self._leaving]

    def adopt(self, record: dict[str, Any], now: float) -> None:
        """Let a group end that a predecessor left: its processes are told, and have ``leave_seconds``."""
        with suppress(ProcessLookupError):
            os.killpg(record["group"], signal.SIGTERM)
        self._leaving.append(DrainingGroup(record, now + self._leave_seconds))

    def seconds_ready(self, now: float) -> float:
        """Return for how long the program has been able to work, 0.0 if it is not yet."""
        if self._ready_at is None and self.ready_file is not None and self.ready_file.exists():
            self._ready_at, self._was_ready = now, True
        return now - self._ready_at if self._ready_at is not None and self.is_running else 0.0

    def seconds_silent(self, now: float) -> float:
        """Return for how long the program, once it could work, has not touched its ready file; 0.0 without one."""
        if self.seconds_ready(now) == 0.0 or self.ready_file is None:
            return 0.0
        with suppress(FileNotFoundError):
            touched = self.ready_file.stat().st_mtime_ns
            # Only that it changes counts: the clock of files may be moved.
            if touched != self._touched:
                self._touched, self._heard_at = touched, now
        return now - self._heard_at

    def keep_alive(self, now: float) -> bool:
        """Start the program if it does not run and its pause is over; say whether it was started."""
        self._see_off(now)
        if self.is_running:
            return False
        if self._process is not None:
            self._bury(now)
        if now < self._not_before:
            return False
        self._start(now)
        return True

    def kill(self) -> None:
        """End everything at once; :meth:`keep_alive` will start it again."""
        for group in [self.group, *(left.record["group"] for left in self._leaving)]:
            if group is not None:
                kill_group(group)

    def replace(self) -> None:
        """End the first process at once; :meth:`keep_alive` will start another, while the others leave."""
        if self._process is not None:
            self._process.kill()

    def tell(self, number: signal.Signals) -> None:
        """Tell the first process, such as to end; it looks after the others."""
        if self._process is not None and self.is_running:
            self._process.send_signal(number)

    def _start(self, now: float) -> None:
        self._forget_readiness()
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "ops.supervision.launch", str(os.getpid()), *self._command],
            cwd=self._folder,
            env=os.environ | {MARK: self._mark},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.starts += 1
        self._started_at, self._was_ready = now, False
        started = find(self._process.pid)
        self._record = {
            "name": self.name,
            "group": self._process.pid,
            "started": started.started if started else 0,
            "mark": self._mark,
        }
        log.info("child_started", child=self.name, pid=self._process.pid)

    def _bury(self, now: float) -> None:
        assert self._process is not None  # noqa: S101 - told to the type checker, true by the caller
        log.warning("child_ended", child=self.name, pid=self._process.pid, status=self._process.returncode)
        self._process = None
        # What came so far as to work does not end because it cannot.
        is_steady = self._was_ready or now - self._started_at > STEADY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if is_steady else min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        self._not_before = now + self._pause
        self._forget_readiness()
        self._leaving.append(DrainingGroup(self._record, now + self._leave_seconds))
        self._see_off(now)

    def _forget_readiness(self) -> None:
        self._ready_at = None
        if self.ready_file is not None:
            self.ready_file.unlink(missing_ok=True)

    def _see_off(self, now: float) -> None:
        for left in list(self._leaving):
            group = left.record["group"]
            if now >= left.until:
                kill_group(group)
            if not members(group):
                self._leaving.remove(left)
            self._on_death(left.record["mark"])


def wait_for_end(children: list[Child], seconds: float) -> bool:
    """Wait until every child has ended and nobody is leaving; False if somebody still lives after ``seconds``."""
    deadline = time.monotonic() + seconds
    while any(child.is_running or child.is_leaving for child in children):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
