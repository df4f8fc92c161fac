"""A deployment under load: the web server is replaced without refusing anybody, and answers what it has taken."""

import http.client
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from ops.supervision.processes import find, members
from tests.ops.harness import SupervisedWorker, wait_until

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
                caller.join(30)

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
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)


def status_of(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def web(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[SupervisedWorker]:
    """A supervised web server that answers, however often it is asked."""
    monkeypatch.setenv("RATE_LIMITS_ENABLED", "false")
    served = SupervisedWorker(tmp_path, "--no-worker", "--port", str(port))
    served.launch()
    try:
        wait_until(lambda: answers(port), 60, f"the web server answers\n{served.log()}")
        yield served
    finally:
        served.close()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        return status_of(connection, "/health") == 200
    return False


def processes(web: SupervisedWorker) -> set[int]:
    """Return the processes that answer requests, without their parent."""
    (group,) = web.groups()
    return {process.pid for process in members(group)} - {group}


@pytest.mark.long
def test_nobody_is_refused_while_every_process_is_replaced(web: SupervisedWorker, port: int) -> None:
    with Load(port).running() as load:
        for _ in range(2):
            before, parent = processes(web), web.groups()
            os.kill(web.pid, signal.SIGHUP)
            wait_until(lambda old=before: not any(map(find, old)), 120, "the old processes have ended")  # type: ignore[misc]
            asked = load.answered.total()
            wait_until(lambda floor=asked: load.answered.total() > floor + 20, 30, "the new ones answer")  # type: ignore[misc]
            assert web.groups() == parent

    assert load.failed == []
    assert set(load.answered) == set(WANTED)


def test_what_was_taken_is_answered_before_the_end(web: SupervisedWorker, port: int) -> None:
    head = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(head + b"ab")
        time.sleep(0.5)  # until a thread waits for the rest
        stopping = threading.Thread(target=web.stop)
        stopping.start()
        wait_until(lambda: not answers(port), 10, "nobody new is let in")
        caller.sendall(b"cd")

        first = caller.recv(100)
        stopping.join(30)

    assert first.startswith(b"HTTP/1.1 403 ")
    assert web.status == 0


def test_who_keeps_a_connection_is_answered_and_told_that_it_ends(web: SupervisedWorker, port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as caller:
        assert status_of(caller, "/health") == 200
        stopping = threading.Thread(target=web.stop)
        stopping.start()
        wait_until(lambda: not answers(port), 10, "nobody new is let in")

        caller.request("GET", "/health")
        last = caller.getresponse()
        last.read()
        stopping.join(30)

    assert (last.status, last.getheader("Connection")) == (200, "close")
    assert web.status == 0


def test_nobody_waits_for_the_successor_of_a_process_that_died(web: SupervisedWorker, port: int) -> None:
    wait_until(lambda: listening(port) == 2, 30, "both processes let callers in")
    os.kill(min(processes(web)), signal.SIGKILL)
    wait_until(lambda: listening(port) == 1, 10, "the dead one's socket is closed")

    assert all(answers(port) for _ in range(20))
    wait_until(lambda: listening(port) == 2, 60, "the successor lets callers in")


def listening(port: int) -> int:
    """Return how many sockets there are that callers can be led to."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)
