"""What a process of the worker does for its own sake, once, while there is nothing else to do."""

import time
from collections.abc import Callable
from typing import Final

import structlog
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

log = structlog.get_logger(__name__)
LOOK_SECONDS: Final = 0.2


def run_warm_ups(is_idle: Callable[[], bool]) -> None:
    """Go through what WORKER_WARM_UPS names, iterators of steps that take a moment each; none begins unless the
    process ``is_idle``. What fails costs nobody anything but time later."""
    for dotted in settings.WORKER_WARM_UPS:
        started, steps = time.monotonic(), 0
        try:
            _wait(is_idle)
            for _ in import_string(dotted)():
                steps += 1
                _wait(is_idle)
        except Exception as error:
            log.warning("warm_up_failed", warm_up=dotted, error=type(error).__name__)
        lasted = round((time.monotonic() - started) * 1000)
        log.info("warmed_up", warm_up=dotted, steps=steps, duration_ms=lasted)
    connection.close()


def _wait(is_idle: Callable[[], bool]) -> None:
    while not is_idle():
        time.sleep(LOOK_SECONDS)
