"""A real redis-server for one test, without persistence; it can be lost and come back."""

import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import redis

from tests.ports import free_port

PROGRAM = shutil.which("redis-server")
START_SECONDS = 60.0


class RedisServer:
    """Listens on a free port of this machine, the same one after every start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start empty and wait until it answers."""
        assert PROGRAM is not None
        options = ["--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [PROGRAM, *options], cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, with all that it holds."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def calls(self, command: str) -> int:
        """Return how often a command was called since the start."""
        with self.client() as client:
            stats = cast("dict[str, dict[str, int]]", client.info("commandstats"))
        return stats.get(f"cmdstat_{command}", {}).get("calls", 0)

    def client(self) -> redis.Redis:
        """Return a connection, to be closed by the caller."""
        return redis.from_url(self.url)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
