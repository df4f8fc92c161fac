"""A few bytes that all processes of one worker share, because they were mapped before the first fork.

No locks: a process killed while it holds one would stop the others for ever.
"""

import mmap
import os
import struct
import time

_MONOTONIC = struct.Struct("d")
_STOP_BYTE = _MONOTONIC.size
# Each process that does jobs has a place of its own: its pid, and when it last ran.
_PROCESS = struct.Struct("qd")
_FIRST_PLACE = 16
PLACES = 255
_memory = mmap.mmap(-1, _FIRST_PLACE + PLACES * _PROCESS.size)


def record_sentinel_heartbeat() -> None:
    """Note that the sentinel went round its guard loop."""
    _memory[: _MONOTONIC.size] = _MONOTONIC.pack(time.monotonic())


def sentinel_heartbeat_age() -> float | None:
    """Return how long ago the sentinel last went round, None if it never did."""
    (moment,) = _MONOTONIC.unpack(_memory[: _MONOTONIC.size])
    return time.monotonic() - moment if moment else None


def record_heartbeat(place: int) -> None:
    """Note that this process, which has that place (from 0), runs."""
    start = _FIRST_PLACE + place * _PROCESS.size
    _memory[start : start + _PROCESS.size] = _PROCESS.pack(os.getpid(), time.monotonic())


def heartbeat_ages() -> dict[int, float]:
    """Return for how long the last process in each place has not shown life, by pid."""
    now = time.monotonic()
    places = _PROCESS.iter_unpack(_memory[_FIRST_PLACE:])
    return {pid: now - moment for pid, moment in places if pid}


def refuse_claims() -> None:
    """Tell every process of this worker to take no further job."""
    _memory[_STOP_BYTE] = 1


def claims_refused() -> bool:
    """Say whether :func:`refuse_claims` was called by any process of this worker."""
    return _memory[_STOP_BYTE] == 1
