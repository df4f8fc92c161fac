"""A web server, or one of streams, that no longer answers is noticed; one that only refuses is not disturbed."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ops.supervision import probe
from ops.supervision.probe import WebProbe, is_responding
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, wait_until
from tests.ports import free_port


class Refusing(BaseHTTPRequestHandler):
    """Answers 400 to everything."""

    def do_GET(self) -> None:
        self.send_error(400)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""


@pytest.fixture
def refusing() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port whose connections are taken up by the kernel and by nobody else."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_refusal_is_an_answer_and_silence_is_none(refusing: int, silent: int) -> None:
    assert is_responding("127.0.0.1", refusing, timeout=PATIENCE_SECONDS)
    assert not is_responding("127.0.0.1", silent, timeout=0.2)


def test_only_a_silent_server_is_started_again(
    refusing: int, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "ASK_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(probe, "PATIENCE_SECONDS", 0.2)
    # Who refuses does so at once, or as soon as this machine comes to it.
    patience = {refusing: PATIENCE_SECONDS, silent: 0.1}
    monkeypatch.setattr(
        probe, "is_responding", lambda host, port: is_responding(host, port, timeout=patience[port])
    )
    restarts: dict[int, threading.Event] = {refusing: threading.Event(), silent: threading.Event()}
    probes = [WebProbe("0.0.0.0", port, restart=event.set) for port, event in restarts.items()]

    for one in probes:
        one.start()
    noticed = restarts[silent].wait(PATIENCE_SECONDS)
    for one in probes:
        one.stop()
        one.join(PATIENCE_SECONDS)

    assert noticed
    assert not restarts[refusing].is_set()


@pytest.mark.long
def test_a_frozen_web_server_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    web = SupervisedWorker(tmp_path, "--no-worker", "--port", str(port))
    web.launch()
    try:
        wait_until(lambda: is_responding("127.0.0.1", port), PATIENCE_SECONDS, "the web server answers")
        os.killpg(web.groups()[0], signal.SIGSTOP)

        wait_until(lambda: "web_stuck" in web.log(), PATIENCE_SECONDS, "the silence is noticed")
        wait_until(lambda: is_responding("127.0.0.1", port), PATIENCE_SECONDS, "another one answers")
    finally:
        web.close()


@pytest.mark.long
def test_a_frozen_process_of_streams_is_replaced(tmp_path: Path) -> None:
    port = free_port()
    streams = SupervisedWorker(tmp_path, "--no-web", "--no-worker", "--events-port", str(port))
    streams.launch()
    try:
        wait_until(lambda: is_responding("127.0.0.1", port), PATIENCE_SECONDS, "streams are served")
        (frozen,) = streams.groups()
        os.killpg(frozen, signal.SIGSTOP)

        wait_until(lambda: "web_stuck" in streams.log(), PATIENCE_SECONDS, "the silence is noticed")
        wait_until(lambda: is_responding("127.0.0.1", port), PATIENCE_SECONDS, "another one answers")
        assert frozen not in streams.groups()
    finally:
        streams.close()
