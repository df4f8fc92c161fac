"""``manage.py demo`` in a process of its own, with a state folder of its own, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from microcred.embedded import EmbeddedServer
from microcred.embedded.processes import server_processes
from ops.supervision.processes import carries, living
from tests.ports import free_port

START = "Taking the assessment as"
HANDED_IN = "All answers are in."
SERVING = "Serving until Ctrl-C."
POLL_SECONDS = 0.02
# A demonstration begins with a database and a catalog: half a minute's work where nothing else is done.
PATIENCE_SECONDS = 600.0
# What a variable of the one who runs the tests, or their .env, would change.
NEUTRAL = dict.fromkeys(
    ("DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "PORT_GIVEN", "ENVIRONMENT"),
    "",
)


class Demonstration:
    """One run; what it prints is kept line by line. Leaving the block ends whatever is left of it."""

    def __init__(self, state: Path, *options: str, user: int | None = None, **variables: str) -> None:
        self.state = state
        self._user = user
        self.lines: list[str] = []
        self._options = options
        # Two that begin at once would both find the usual port free.
        variables.setdefault("PORT", str(free_port()))
        self._variables = {**NEUTRAL, **variables, "MICROCRED_STATE_DIR": str(state), "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self.state.mkdir(exist_ok=True)
        embedder = self.state / "embedder"
        if not embedder.exists():
            embedder.symlink_to(settings.EMBEDDER_DIR)
        self._process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo", *self._options],
            cwd=settings.BASE_DIR,
            env={**os.environ, **self._variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
        )
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in processes_of(self.state):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        EmbeddedServer(self.state / "postgres").stop()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The command itself."""
        assert self._process is not None
        return self._process

    @property
    def url(self) -> str:
        """The web server's address, as printed."""
        line = self.wait_for("  REST API ")
        return line.split()[2].removesuffix("/docs")

    @property
    def result(self) -> dict[str, Any]:
        """What the student's client received."""
        body: dict[str, Any] = json.loads((self.state / "demo" / "result.json").read_text())
        return body

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return "".join(self.lines)

    def wait_for(self, text: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until a line holds this text and return the line."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = not self._reader.is_alive()
            found = next((line for line in self.lines if text in line), None)
            if found is not None:
                return found
            assert not ended, f"it ended without “{text}”:\n{self.output}"
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"no “{text}” within {seconds} seconds:\n{self.output}")

    def end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Wait for its end and return the exit status."""
        status = self.process.wait(seconds)
        self._reader.join(seconds)
        return status

    def interrupt(self) -> None:
        """Send what Ctrl-C sends: SIGINT to everything that the terminal would reach."""
        os.killpg(self.process.pid, signal.SIGINT)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)


def processes_of(state: Path) -> list[int]:
    """Return every living process that was started for this state folder, the database server apart."""
    return [
        process.pid
        for process in living()
        if carries(process.pid, "MICROCRED_STATE_DIR", str(state)) and not is_database(process.pid)
    ]


def is_database(pid: int) -> bool:
    """Whether the process is part of a PostgreSQL server."""
    try:
        command = (Path("/proc") / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False
    return b"/postgres\0" in command or command.startswith(b"postgres: ")


def database_processes(state: Path) -> list[int]:
    """Return the processes of the state folder's own database server."""
    data = state / "postgres" / "data"
    if not data.exists():
        return []
    found = data.stat()
    return server_processes(f"microcred-{found.st_dev:x}-{found.st_ino:x}")
