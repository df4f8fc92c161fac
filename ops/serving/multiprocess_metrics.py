"""Where the processes of one web server count requests, so that each can tell what all have answered.

prometheus_client has each process write into a file of its own, which it maps into memory. Files of processes that
ended stay, for what they answered was answered; a new parent begins with none, which readers take for a restart.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import structlog

log = structlog.get_logger(__name__)
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
# A combination of route, method and class of status takes about 2,600 bytes, so that there is room for 800: the 212 of
# route and method outside the administration in three classes of status take 1.6 MB. What is more makes the file grow.
ROOM_BYTES: Final = 2 * 1024 * 1024
Loaded = TypeVar("Loaded")


def start_multiprocess_metrics(folder: Path) -> None:
    """Have the processes that are started from here on count in this folder, from nought."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    os.environ[FOLDER] = str(folder)


def preallocated(loader: Callable[[], Loaded]) -> Loaded:
    """Set room for this process's file aside, then load the application.

    A file that is mapped without its room kills the process that writes to it once the disk is full. A process that
    finds no room counts for itself.
    """
    error = _set_aside(Path(os.environ[FOLDER])) if FOLDER in os.environ else None
    loaded = loader()
    if error is not None:
        log.warning("requests_counted_apart", error=type(error).__name__)
    return loaded


def _set_aside(folder: Path) -> OSError | None:
    try:
        with (folder / f"histogram_{os.getpid()}.db").open("ab") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
    except OSError as error:
        del os.environ[FOLDER]
        return error
    return None
