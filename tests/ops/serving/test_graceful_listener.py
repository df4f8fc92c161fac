"""The door of a web process, without the server behind it."""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from granian import _signals

from ops.serving import graceful_listener
from ops.serving.graceful_listener import GracefulListener, connections, stop_accepting
from tests.ops.harness import PATIENCE_SECONDS, wait_until

ENDING = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        made.setblocking(False)
        yield made


@pytest.fixture
def served(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, threading.Event]]:
    """An application behind a door whose server would end by the event; SIGTERM closes the door."""
    monkeypatch.setattr(_signals, "set_sync_signals", None)
    monkeypatch.setattr(graceful_listener, "WorkerSignal", threading.Event)
    before = {number: signal.getsignal(number) for number in ENDING}
    over: list[threading.Event] = []
    is_ready = multiprocessing.Event()
    behind = GracefulListener(listener, [], 5, is_ready=is_ready)
    behind.serve(lambda: over.append(_signals.set_sync_signals()))  # type: ignore[no-untyped-call]
    assert not is_ready.is_set()
    application = behind.load(lambda: answer)
    assert is_ready.is_set()
    yield application, over[0]
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"answer"]


def headers(application: Any, protocol: str = "HTTP/1.1") -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    assert application({"SERVER_PROTOCOL": protocol}, lambda _, headers: told.extend(headers)) == [b"answer"]
    return told


def connected(listener: socket.socket) -> socket.socket:
    return socket.create_connection(listener.getsockname(), timeout=60)


def test_a_process_accepts_nobody_more_and_another_accepts_who_waits(listener: socket.socket) -> None:
    with connected(listener) as caller:
        child = os.fork()
        if not child:
            stop_accepting(listener)
            try:
                listener.accept()
            except BlockingIOError:
                os._exit(0)
            os._exit(1)
        _, status = os.waitpid(child, 0)

        accepted, address = listener.accept()
        accepted.close()
        assert address == caller.getsockname()

    assert status == 0


def test_who_is_told_to_end_before_it_lets_callers_in_ends_at_once(listener: socket.socket) -> None:
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, lambda *_: None)  # as of the parent, whom the signal only wakes
        behind = GracefulListener(listener, [], 5, is_ready=multiprocessing.Event())
        behind.serve(lambda: os.kill(os.getpid(), signal.SIGTERM))
        os._exit(1)
    _, status = os.waitpid(child, 0)

    assert status == 0


def test_a_signal_that_another_thread_got_ends_the_process_whose_first_thread_sleeps(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graceful_listener, "WorkerSignal", threading.Event)
    child = os.fork()
    if not child:
        signal.alarm(int(PATIENCE_SECONDS))
        sleeper = threading.Thread(target=lambda: threading.Event().wait(), daemon=True)
        sleeper.start()
        GracefulListener(listener, [], 5, is_ready=multiprocessing.Event()).serve(
            until_another_is_told, sleeper.ident
        )
        os._exit(0)
    _, status = os.waitpid(child, 0)

    assert status == 0


def until_another_is_told(another: int) -> None:
    over = _signals.set_sync_signals()  # type: ignore[no-untyped-call]
    threading.Timer(0.5, signal.pthread_kill, [another, signal.SIGTERM]).start()
    over.wait()


def test_connections_are_those_to_the_own_port(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with connected(listener):
        assert list(connections(port)) == []
        accepted, _ = listener.accept()
        with accepted:
            assert list(connections(port)) == [accepted.fileno()]
    assert list(connections(port)) == []


def test_answers_say_that_the_connection_ends_once_the_process_is_to_end(
    served: tuple[Any, threading.Event],
) -> None:
    application, over = served
    plain = [("Content-Type", "text/plain")]
    assert headers(application) == plain

    os.kill(os.getpid(), signal.SIGTERM)
    told = [*plain, ("Connection", "close")]
    wait_until(lambda: headers(application) == told, PATIENCE_SECONDS, "the answers say so")

    assert headers(application, "HTTP/2.0") == plain
    assert over.wait(60)


def test_the_end_waits_for_connections_but_not_for_ever(
    served: tuple[Any, threading.Event], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graceful_listener, "LINGER_SECONDS", 0.6)
    _, over = served
    with connected(listener):
        accepted, _ = listener.accept()
        with accepted:
            began = time.monotonic()
            os.kill(os.getpid(), signal.SIGTERM)

            assert over.wait(60)
            assert time.monotonic() - began >= 0.6


def test_the_end_follows_the_last_connection(
    served: tuple[Any, threading.Event], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graceful_listener, "LINGER_SECONDS", 600)
    _, over = served
    with connected(listener):
        accepted, _ = listener.accept()
        os.kill(os.getpid(), signal.SIGTERM)
        assert not over.wait(0.3)

        accepted.close()
        assert over.wait(60)
