"""Starting and ending the processes that the demonstration runs."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from django.conf import settings

START_SECONDS = 60
STOP_SECONDS = 30
POLL_SECONDS = 0.1


class ProcessFailed(RuntimeError):
    """A process ended, or did not get ready; the message carries the last lines it wrote."""


class BackgroundProcess:
    """One program that runs beside this one, writes to a log file, and is ended when the block ends.

    Where this one is killed, the kernel asks the program to end (Linux).
    """

    def __init__(
        self, name: str, arguments: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._arguments = [sys.executable, *arguments]
        self._launcher = [sys.executable, "-m", "ops.supervision.launch", str(os.getpid())]
        self._environment = {**os.environ, **(environment or {})}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._log.write_bytes(b"")
        with self._log.open("ab") as sink:  # appending: a run beside this one may write to the same file
            # A session of its own: Ctrl-C in the terminal reaches the launcher alone, which ends the rest in order.
            self._process = subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
                [*self._launcher, *self._arguments],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise ProcessFailed(f"{self.name} was not started.")
        return self._process.pid

    def ensure_running(self) -> None:
        """Raise ``ProcessFailed`` if the program has ended."""
        if self._process is None or self._process.poll() is not None:
            raise ProcessFailed(f"{self.name} ended. It wrote:\n{self._last_lines()}")

    def wait_for(self, url: str) -> None:
        """Wait until ``url`` answers with a status below 400.

        Raises:
            ProcessFailed: if the program ends or takes longer than a minute.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.ensure_running()
            try:
                if httpx.get(url, timeout=5, trust_env=False).status_code < 400:
                    return
            except httpx.TransportError:
                pass
            time.sleep(POLL_SECONDS)
        raise ProcessFailed(f"{self.name} did not answer at {url}. It wrote:\n{self._last_lines()}")

    def output(self) -> str:
        """Return all that the program has written so far."""
        return self._log.read_text(errors="replace")

    def _last_lines(self) -> str:
        return "\n".join(f"    {line}" for line in self.output().splitlines()[-15:])


def is_free(port: int) -> bool:
    """Whether a server may listen on a port of this machine, one after the last included, which is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def any_free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
