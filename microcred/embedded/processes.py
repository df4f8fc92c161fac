"""The processes of one PostgreSQL server, found by the name that each of them carries on its command line.

A pid alone proves nothing: it may be a zombie, or long since belong to another program. The postmaster
carries ``cluster_name=NAME`` among its arguments and PostgreSQL puts the same name into the title of every
child. Zombies have no command line and are therefore never found.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from microcred.embedded.errors import EmbeddedServerError

_PROC = Path("/proc")
_POLL_SECONDS = 0.05


def server_processes(cluster_name: str) -> list[int]:
    """Return the pids of the living postmaster, backends and helpers of the server with this name."""
    argument, title = f" cluster_name={cluster_name}", f"postgres: {cluster_name}: "
    return [
        pid
        for pid, command in _command_lines()
        if command.startswith(title) or ("/postgres " in command and argument in command)
    ]


def wait_until_gone(cluster_name: str, seconds: float) -> bool:
    """Wait until no process of the server is left; False when some still live after ``seconds``."""
    deadline = time.monotonic() + seconds
    while server_processes(cluster_name):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Signal one process; one that has ended meanwhile is no error, one of another account is."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise EmbeddedServerError(
            f"PostgreSQL (process {pid}) was started by another account: stop it from there."
        ) from error


def end_all(cluster_name: str) -> None:
    """End every process of the server at once, without a checkpoint; its next start recovers from the log."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in server_processes(cluster_name):
            send(pid, number)
        if wait_until_gone(cluster_name, seconds=5):
            return
    raise EmbeddedServerError(f"Processes {server_processes(cluster_name)} of PostgreSQL cannot be ended.")


def _command_lines() -> Iterator[tuple[int, str]]:
    if not (_PROC / "self" / "cmdline").exists():
        yield from _command_lines_of_ps()
        return
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            # Processes come and go while the list is read.
            with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                yield (
                    int(entry.name),
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"),
                )


def _command_lines_of_ps() -> Iterator[tuple[int, str]]:
    listing = subprocess.run(["/bin/ps", "-axo", "pid=,args="], check=True, capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command
