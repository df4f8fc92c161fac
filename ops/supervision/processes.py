"""Processes as the kernel knows them: groups, parents, and what they carry in their environment."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Process:
    """One living process. ``started`` counts clock ticks since boot; with the pid it names it for good."""

    pid: int
    parent: int
    group: int
    started: int


def living() -> Iterator[Process]:
    """Yield every process that is not a zombie."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            process = find(int(entry.name))
            if process is not None:
                yield process


def find(pid: int) -> Process | None:
    """Return the process with this pid unless it has ended, reaped or not."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field, the name in brackets, may hold spaces and brackets itself.
    fields = stat[stat.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        return None
    return Process(pid=pid, parent=int(fields[1]), group=int(fields[2]), started=int(fields[19]))


def members(group: int) -> list[Process]:
    """Return the living processes of a group, orphans included."""
    return [process for process in living() if process.group == group]


def carries(pid: int, name: str, value: str) -> bool:
    """Say whether the process was started with this environment variable."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return f"{name}={value}".encode() in environment.split(b"\0")


def kill_group(group: int, seconds: float = 5.0) -> bool:
    """Kill a whole group at once and wait until nothing of it lives; False if something still does."""
    deadline = time.monotonic() + seconds
    while members(group):
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Have the kernel send ``number`` to this process when the thread that started it ends (Linux only).

    ``parent`` is who it should be: if that one has ended already, this process ends now.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os._exit(1)


def forks_die_with_parent() -> None:
    """Make every process that is forked from here on, by whatever library, end with the one that forked it."""
    forking = [0]
    os.register_at_fork(
        before=lambda: forking.__setitem__(0, os.getpid()),
        after_in_child=lambda: die_with_parent(forking[0], signal.SIGKILL),
    )
