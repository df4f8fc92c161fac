"""How much memory the server keeps pages in."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

# What a container may take: of the second version of control groups, and of the first.
LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
# A server that has its machine to itself is advised to take a quarter of it; ours shares it with web server and worker.
SHARE: Final = 8
LEAST_MEGABYTES: Final = 128
# Passages, vectors and graph of 200,000 passages have 633 MB. Memory is taken page by page, as pages are read.
MOST_MEGABYTES: Final = 1024


def shared_buffers(memory: int | None = None) -> str:
    """Return the size of the server's own cache of pages, as its settings have it: an eighth of ``memory`` (bytes; that
    of the machine or container), at least 128 MB and at most 1024 MB."""
    megabytes = (available_memory() if memory is None else memory) // SHARE // 2**20
    return f"{min(MOST_MEGABYTES, max(LEAST_MEGABYTES, megabytes))}MB"


def available_memory(limits: Sequence[Path] = LIMITS) -> int:
    """Return the bytes of memory of this machine, or fewer where one of the files of ``limits`` allows only these."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *(limit for path in limits if (limit := _limit(path)))])


def _limit(path: Path) -> int:
    """The number in a file; 0 where there is none, which stands for no limit."""
    try:
        written = path.read_text().strip()
    except OSError:
        return 0
    return int(written) if written.isdigit() else 0
