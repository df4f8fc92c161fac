"""``manage.py demo`` as its user runs it, while its worker is killed."""

import os
import signal
from pathlib import Path

import psycopg

from microcred.embedded import EmbeddedServer
from ops import service_role
from tests.e2e.demonstration import HANDED_IN, Demonstration, database_processes, processes_of


def worker_processes(state: Path) -> list[int]:
    """Return every process of the worker's tree that belongs to this state folder."""
    found = []
    for pid in processes_of(state):
        try:
            command = (Path("/proc") / str(pid) / "cmdline").read_bytes()
        except OSError:
            continue
        if b"\0worker\0" in command + b"\0":
            found.append(pid)
    return found


def database_users(state: Path) -> list[str]:
    """Return as whom the run's connections were made, each once."""
    with psycopg.connect(EmbeddedServer(state / "postgres").url()) as connection:
        rows = connection.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE usename IS NOT NULL")
        return sorted(user for (user,) in rows)


def test_the_demo_ends_well_though_its_worker_is_killed(tmp_path: Path) -> None:
    with Demonstration(tmp_path / "state") as demo:
        demo.wait_for(HANDED_IN)
        # The command itself loads as the owner.
        assert database_users(demo.state) == ["microcred", service_role.ROLE]
        killed = worker_processes(demo.state)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

        assert demo.end() == 0, demo.output
        assert len(killed) >= 3
        assert "RECOMMENDATIONS" in demo.output
        assert "assessment.completed msg_" in demo.output
        assert processes_of(demo.state) == []
        assert database_processes(demo.state) == []
