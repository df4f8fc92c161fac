"""A deployment under load: the web server is replaced without refusing anybody, and answers what it has taken."""

import http.client
import os
import select
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from ops.supervision.processes import find, members
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, wait_until
from tests.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = {"/health": 200, "/login": 200, "/api/v1/catalog/roles": 401}
CALLERS = 6


class Load:
    """Callers that ask without a pause, half of them over one connection for as long as it lasts."""

    def __init__(self, port: int) -> None:
        self.answered: Counter[str] = Counter()
        self.failed: list[str] = []
        self._port = port
        self._over = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Load"]:
        callers = [threading.Thread(target=self._call, args=(bool(one % 2),)) for one in range(CALLERS)]
        for caller in callers:
            caller.start()
        try:
            yield self
        finally:
            self._over.set()
            for caller in callers:
                caller.join(PATIENCE_SECONDS)

    def _call(self, keeps: bool) -> None:
        connection = self._connection()
        while not self._over.is_set():
            for path, wanted in WANTED.items():
                try:
                    status = status_of(connection, path)
                except (OSError, http.client.HTTPException) as error:
                    self.failed.append(f"{path}: {error!r}")
                    connection.close()
                    continue
                if status == wanted:
                    self.answered[path] += 1
                else:
                    self.failed.append(f"{path}: {status}")
                if not keeps:
                    connection.close()  # the next request opens it again
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)


def status_of(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def beginning(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[SupervisedWorker]:
    """A supervised web server that has been started just now; it answers however often it is asked."""
    monkeypatch.setenv("RATE_LIMITS_ENABLED", "false")
    served = SupervisedWorker(tmp_path, "--no-worker", "--port", str(port))
    served.launch()
    try:
        yield served
    finally:
        served.close()


@pytest.fixture
def web(beginning: SupervisedWorker, port: int) -> SupervisedWorker:
    """The web server when it answers."""
    wait_until(lambda: answers(port), PATIENCE_SECONDS, f"the web server answers\n{beginning.log()}")
    return beginning


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        return status_of(connection, "/health") == 200
    return False


def processes(web: SupervisedWorker) -> set[int]:
    """Return the processes that answer requests, without their parent."""
    return {process.pid for group in web.groups() for process in members(group)} - set(web.groups())


@pytest.mark.long
def test_nobody_is_refused_while_every_process_is_replaced(web: SupervisedWorker, port: int) -> None:
    with Load(port).running() as load:
        for _ in range(2):
            before, parent = processes(web), web.groups()
            os.kill(web.pid, signal.SIGHUP)
            wait_until(lambda old=before: not any(map(find, old)), 120, "the old processes have ended")  # type: ignore[misc]
            wait_for_answers(load, load.answered.total() + 20)
            assert web.groups() == parent

    assert load.failed == []
    assert set(load.answered) == set(WANTED)


def wait_for_answers(load: Load, number: int) -> None:
    wait_until(lambda: load.answered.total() > number, PATIENCE_SECONDS, "the new ones answer")


def test_what_was_taken_is_answered_before_the_end(web: SupervisedWorker, port: int) -> None:
    secret = b"x" * 32
    head = b"\r\n".join(
        [
            b"POST /login HTTP/1.1",
            b"Host: 127.0.0.1",
            b"Cookie: csrftoken=" + secret,
            b"X-CSRFToken: " + secret,
            b"Content-Type: application/x-www-form-urlencoded",
            b"Content-Length: 4\r\n\r\n",
        ]
    )
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as caller:
        caller.sendall(head + b"a=")
        place = caller.getsockname()[1]
        wait_until(lambda: is_taken(port, place), PATIENCE_SECONDS, "a thread waits for the rest")
        stopping = threading.Thread(target=web.stop)
        stopping.start()
        wait_until(lambda: not answers(port), PATIENCE_SECONDS, "nobody new is let in")
        assert select.select([caller], [], [], 0)[0] == []
        caller.sendall(b"bc")

        first = caller.recv(100)
        stopping.join(PATIENCE_SECONDS)

    assert first.startswith(b"HTTP/1.1 200 ")
    assert web.status == 0


def test_who_is_still_reading_the_product_ends_without_being_killed(
    beginning: SupervisedWorker, port: int
) -> None:
    wait_until(lambda: len(processes(beginning)) == 2, PATIENCE_SECONDS, "both processes are there")
    assert listening(port) == 0
    beginning.stop()

    assert beginning.status == 0
    assert "Killing worker" not in beginning.log()


def test_who_keeps_a_connection_is_answered_and_told_that_it_ends(web: SupervisedWorker, port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as caller:
        assert status_of(caller, "/health") == 200
        stopping = threading.Thread(target=web.stop)
        stopping.start()
        wait_until(lambda: not answers(port), PATIENCE_SECONDS, "nobody new is let in")

        caller.request("GET", "/health")
        last = caller.getresponse()
        last.read()
        stopping.join(PATIENCE_SECONDS)

    assert (last.status, last.getheader("Connection")) == (200, "close")
    assert web.status == 0


def test_nobody_waits_for_the_successor_of_a_process_that_died(web: SupervisedWorker, port: int) -> None:
    wait_until(lambda: listening(port) == 2, PATIENCE_SECONDS, "both processes let callers in")
    os.kill(min(processes(web)), signal.SIGKILL)
    wait_until(lambda: listening(port) == 1, PATIENCE_SECONDS, "the dead one's socket is closed")

    assert all(answers(port) for _ in range(20))
    wait_until(lambda: listening(port) == 2, PATIENCE_SECONDS, "the successor lets callers in")


def listening(port: int) -> int:
    """Return how many sockets there are that callers can be led to."""
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in sockets())


def is_taken(port: int, caller: int) -> bool:
    """Say whether a process has accepted the caller at that port of its own, and read all that was sent."""
    ends = f":{port:04X}", f":{caller:04X}"
    # Before it is accepted, a connection belongs to no file.
    return any(
        row[1].endswith(ends[0])
        and row[2].endswith(ends[1])
        and row[4].endswith(":00000000")
        and row[9] != "0"
        for row in sockets()
    )


def sockets() -> list[list[str]]:
    """Return the lines of the kernel's table of TCP sockets."""
    return [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
