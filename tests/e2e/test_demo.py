"""``manage.py demo`` as its user runs it, while its worker is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from ops.supervision.processes import living

SECONDS = 150
HANDED_IN = "All answers are in."


def worker_processes(state: Path) -> list[int]:
    """Return every process of the worker's tree that belongs to this state folder."""
    marker = f"MICROCRED_STATE_DIR={state}".encode()
    found = []
    for process in living():
        folder = Path("/proc") / str(process.pid)
        try:
            command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if marker in environment and b"\0worker\0" in command + b"\0":
            found.append(process.pid)
    return found


def test_the_demo_ends_well_though_its_worker_is_killed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "embedder").symlink_to(settings.EMBEDDER_DIR)
    environment = {**os.environ, "MICROCRED_STATE_DIR": str(state), "PYTHONUNBUFFERED": "1"}
    environment.pop("DATABASE_URL", None)
    with subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        printed, killed = [], 0
        deadline = time.monotonic() + SECONDS
        assert demo.stdout is not None
        for line in demo.stdout:
            printed.append(line)
            if line.startswith(HANDED_IN):
                for pid in worker_processes(state):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            assert time.monotonic() < deadline, "".join(printed)

    output = "".join(printed)
    assert demo.returncode == 0, output
    assert killed >= 3, output
    assert "RECOMMENDATIONS" in output
    assert "assessment.completed msg_" in output
    assert worker_processes(state) == []
    assert not (state / "postgres" / "data" / "postmaster.pid").exists()
