"""One program under supervision: started in a session of its own, started again when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from ops.supervision.processes import find, kill_group

log = structlog.get_logger(__name__)
MARK = "MICROCRED_SUPERVISOR"
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
STEADY_SECONDS = 10.0


class Child:
    """A program that is meant to run for as long as the supervisor does.

    ``ready_file`` is removed before a start; the program makes it when it can work. ``on_death`` is called
    after a whole group has ended, with the child.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        folder: Path,
        mark: str,
        ready_file: Path | None = None,
        on_death: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.ready_file = ready_file
        self.starts = 0
        self._command = command
        self._folder = folder
        self._mark = mark
        self._on_death = on_death
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._ready_at: float | None = None
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

    def record(self) -> dict[str, int | str] | None:
        """Return what a successor needs to find this child's group again."""
        process = find(self.group) if self.group else None
        return {"name": self.name, "group": process.pid, "started": process.started} if process else None

    def seconds_ready(self, now: float) -> float:
        """Return for how long the program has been able to work, 0.0 if it is not yet."""
        if self._ready_at is None and self.ready_file is not None and self.ready_file.exists():
            self._ready_at = now
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
        if self.is_running:
            return False
        if self._process is not None:
            self._bury(now)
        if now < self._not_before:
            return False
        self._start(now)
        return True

    def kill(self) -> None:
        """End the whole group at once; :meth:`keep_alive` will start it again."""
        if self.group is not None:
            kill_group(self.group)

    def tell(self, number: signal.Signals) -> None:
        """Tell the first process, such as to end; it looks after the others."""
        if self._process is not None and self.is_running:
            self._process.send_signal(number)

    def _start(self, now: float) -> None:
        if self.ready_file is not None:
            self.ready_file.unlink(missing_ok=True)
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "ops.supervision.launch", str(os.getpid()), *self._command],
            cwd=self._folder,
            env=os.environ | {MARK: self._mark},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.starts += 1
        self._started_at, self._ready_at = now, None
        log.info("child_started", child=self.name, pid=self._process.pid)

    def _bury(self, now: float) -> None:
        assert self._process is not None  # noqa: S101 - told to the type checker, true by the caller
        log.warning("child_ended", child=self.name, pid=self._process.pid, status=self._process.returncode)
        kill_group(self._process.pid)
        self._process = None
        self._pause = (
            FIRST_PAUSE_SECONDS
            if now - self._started_at > STEADY_SECONDS
            else min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        )
        self._not_before = now + self._pause
        self._on_death()


def wait_for_end(children: list[Child], seconds: float) -> bool:
    """Wait until the first process of every child has ended; False if one still lives after ``seconds``."""
    deadline = time.monotonic() + seconds
    while any(child.is_running for child in children):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
