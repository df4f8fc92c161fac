"""Whether the servers answer that are supervised: they are asked as callers ask."""

import http.client
import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)
ASK_EVERY_SECONDS = 2.0
PATIENCE_SECONDS = 15.0
TIMEOUT_SECONDS = 5.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what to connect to where all are listened on


class WebProbe(threading.Thread):
    """Asks ``/health`` until told to stop; ``restart`` is called after 15 seconds without any answer.

    Every answer counts, a refusal too: the question is whether a process is there that reads requests. A server
    that has not answered yet since it was last started is given twice the time.
    """

    def __init__(self, host: str, port: int, *, restart: Callable[[], None], server: str = "web") -> None:
        super().__init__(name=f"{server}-probe", daemon=True)
        self._server = server
        self._host, self._port = ANYWHERE.get(host, host), port
        self._restart = restart
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End after the present question."""
        self._stopped.set()

    def run(self) -> None:
        """Ask, and ask again."""
        heard, patience = time.monotonic(), 2 * PATIENCE_SECONDS
        while not self._stopped.wait(ASK_EVERY_SECONDS):
            if is_responding(self._host, self._port):
                heard, patience = time.monotonic(), PATIENCE_SECONDS
            elif time.monotonic() - heard > patience:
                silent = round(time.monotonic() - heard, 1)
                log.error("web_stuck", server=self._server, seconds_silent=silent)
                self._restart()
                heard, patience = time.monotonic(), 2 * PATIENCE_SECONDS


def is_responding(host: str, port: int, *, timeout: float = TIMEOUT_SECONDS) -> bool:
    """Say whether a web server answers there at all."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", "/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
