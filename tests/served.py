"""The product's own web server on the test database, for what only real sockets and processes can show."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from django.conf import settings
from django.db import connection

from tests.ports import free_port

START_SECONDS = 120.0


@dataclass(frozen=True)
class Server:
    """A running server; ``process`` is its first process, whose children answer."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        listing = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(listing) as children:
            return [int(pid) for pid in children.read().split()]

    def kill_workers(self) -> None:
        """End the processes that answer, as a machine without memory would; the first starts others."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def wait_until_it_answers(self) -> None:
        """Wait until requests are answered."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", trust_env=False, timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def serving(*, processes: int = 2, threads: int = 4, **environment: str) -> Iterator[Server]:
    """Serve the product as ``manage.py supervise`` does, without limits unless ``environment`` says otherwise."""
    with _serving(
        "ops.serving", "--processes", str(processes), "--threads", str(threads), **environment
    ) as own:
        yield own


@contextmanager
def serving_streams(**environment: str) -> Iterator[Server]:
    """Serve streams as ``manage.py supervise`` does."""
    with _serving("ops.serving.streams", **environment) as own:
        yield own


@contextmanager
def _serving(module: str, *options: str, **environment: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--port", str(port), *options],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.served_settings",
            "SERVED_DATABASE": str(connection.settings_dict["NAME"]),
            "RATE_LIMITS_ENABLED": "false",
            "LOG_LEVEL": "ERROR",
        }
        | environment,
        stdin=subprocess.DEVNULL,
    )
    server = Server(port, process)
    try:
        server.wait_until_it_answers()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
