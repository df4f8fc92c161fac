"""A few bytes that all processes of one worker share, because they were mapped before the first fork.

No locks: a process killed while it holds one would stop the others for ever.
"""

import mmap
import struct
import time

_MONOTONIC = struct.Struct("d")
_STOP_BYTE = _MONOTONIC.size
_memory = mmap.mmap(-1, _MONOTONIC.size + 1)


def beat() -> None:
    """Note that the sentinel went round its guard loop."""
    _memory[: _MONOTONIC.size] = _MONOTONIC.pack(time.monotonic())


def seconds_since_beat() -> float | None:
    """Return how long ago the sentinel last went round, None if it never did."""
    (moment,) = _MONOTONIC.unpack(_memory[: _MONOTONIC.size])
    return time.monotonic() - moment if moment else None


def refuse_claims() -> None:
    """Tell every process of this worker to take no further job."""
    _memory[_STOP_BYTE] = 1


def claims_refused() -> bool:
    """Say whether :func:`refuse_claims` was called by any process of this worker."""
    return _memory[_STOP_BYTE] == 1
