"""Programs beside this one: started, watched, and ended with the block."""

import os
import socket
import time
from pathlib import Path

import pytest

from companion.demo import processes
from companion.demo.processes import BackgroundProcess, ProcessFailed, any_free_port, is_free

SERVE = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()
    def log_message(self, *_): pass
print("serving", os.environ.get("GREETING", ""), flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""


def program(folder: Path, source: str, *arguments: str, **environment: str) -> BackgroundProcess:
    script = folder / "program.py"
    script.write_text(source)
    return BackgroundProcess(
        "The program", [str(script), *arguments], log=folder / "logs" / "program.log", environment=environment
    )


def wait_for_output(process: BackgroundProcess, text: str) -> None:
    deadline = time.monotonic() + 60
    while text not in process.output():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_program_runs_while_the_block_does(tmp_path: Path) -> None:
    port = any_free_port()

    with program(tmp_path, SERVE, str(port), GREETING="hello") as process:
        process.wait_for(f"http://127.0.0.1:{port}/ready")
        process.ensure_running()
        pid = process.pid
        assert not is_free(port)
        assert os.getsid(pid) == pid
        assert process.output() == "serving hello\n"

    assert not lives(pid)
    assert is_free(port)


def test_what_comes_after_the_last_port_is_not_free() -> None:
    assert not is_free(65536)


def test_a_program_that_ends_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    source = "import sys\nfor n in range(20): print('line', n)\nsys.exit('port taken')"

    with program(tmp_path, source) as process, pytest.raises(ProcessFailed) as caught:
        process.wait_for("http://127.0.0.1:1/")

    lines = str(caught.value).splitlines()
    assert lines[0] == "The program ended. It wrote:"
    assert len(lines) == 16
    assert "    port taken" in lines
    assert "    line 3" not in lines


def test_a_program_that_never_gets_ready_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "START_SECONDS", 0.5)
    port = any_free_port()

    with (
        program(tmp_path, SERVE, str(port)) as process,
        pytest.raises(ProcessFailed, match="did not answer at"),
    ):
        process.wait_for(f"http://127.0.0.1:{port}/never")


def test_a_program_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.3)

    with program(tmp_path, DEAF) as process:
        wait_for_output(process, "deaf")
        pid = process.pid

    assert not lives(pid)


def test_a_program_is_ended_when_the_block_fails(tmp_path: Path) -> None:
    started: list[int] = []

    def fail() -> None:
        with program(tmp_path, SERVE, str(any_free_port())) as process:
            wait_for_output(process, "serving")
            started.append(process.pid)
            raise RuntimeError("the block failed")

    with pytest.raises(RuntimeError, match="the block failed"):
        fail()

    assert not lives(started[0])


def test_what_was_not_started_has_no_id(tmp_path: Path) -> None:
    process = program(tmp_path, SERVE)

    with pytest.raises(ProcessFailed, match="was not started"):
        _ = process.pid


def test_ports_are_told_apart() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]

        assert not is_free(taken)
        assert any_free_port() != taken
    assert is_free(taken)
