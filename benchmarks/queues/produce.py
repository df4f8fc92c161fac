"""Sends jobs to one system, waits until all are acknowledged, and prints what that took as JSON.

``python benchmarks/queues/produce.py SYSTEM COUNT PAUSE_MS``; with ``together`` for the pause the workers see all jobs
at the same moment, in one transaction, from which on the time counts; otherwise it counts from the first.
Acknowledged means: the job is known to be done, and whoever dies from now on, it is not done again.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

POLL_SECONDS = 0.01
LONGEST_SECONDS = 300.0


class System(Protocol):
    """What is measured: somewhere to send jobs to."""

    def send(self) -> None:
        """Send one."""

    def send_together(self, count: int) -> None:
        """Send many that can be seen at the same moment."""

    def left(self) -> int:
        """Return how many are not acknowledged."""


class Ours:
    """The product's jobs: acknowledged when the row in the job table says so."""

    def __init__(self) -> None:
        import django

        django.setup()
        from django.db import transaction

        from ops import jobs
        from ops.models import AsyncJob

        self._atomic = transaction.atomic
        self._enqueue, self._rows = jobs.enqueue, AsyncJob.objects.filter(kind="benchmark.note")

    def send(self) -> None:
        self._enqueue("benchmark.note", payload={"sent": time.time_ns()})

    def send_together(self, count: int) -> None:
        with self._atomic():
            for _ in range(count):
                self.send()

    def left(self) -> int:
        return int(self._rows.filter(status__in=["queued", "running"]).count())


class Stock:
    """django-q2: acknowledged when the row of its queue is gone."""

    def __init__(self) -> None:
        import django

        django.setup()
        from django.db import transaction
        from django_q.models import OrmQ
        from django_q.tasks import async_task

        self._atomic = transaction.atomic
        self._async_task, self._rows = async_task, OrmQ.objects

    def send(self) -> None:
        self._async_task("benchmarks.queues.note.note", time.time_ns())

    def send_together(self, count: int) -> None:
        with self._atomic():
            for _ in range(count):
                self.send()

    def left(self) -> int:
        return int(self._rows.count())


class RedisQueue:
    """RQ: acknowledged when it is in the registry of those that have finished."""

    def __init__(self) -> None:
        import os

        from redis import Redis
        from rq import Queue  # type: ignore[import-not-found,unused-ignore]

        self._queue: Any = Queue(connection=Redis.from_url(os.environ["BENCHMARK_REDIS_URL"]))
        self._target = self._queue.finished_job_registry.count

    def send(self) -> None:
        self._target += 1
        self._queue.enqueue("benchmarks.queues.note.note", time.time_ns())

    def send_together(self, count: int) -> None:
        self._target += count
        data = [
            self._queue.prepare_data("benchmarks.queues.note.note", (time.time_ns(),)) for _ in range(count)
        ]
        with self._queue.connection.pipeline() as pipe:
            self._queue.enqueue_many(data, pipeline=pipe)
            pipe.execute()

    def left(self) -> int:
        return int(self._target - self._queue.finished_job_registry.count)


SYSTEMS: dict[str, Callable[[], System]] = {"ours": Ours, "django-q2": Stock, "RQ": RedisQueue}


def main() -> int:
    """Send, wait, and tell."""
    name, count, pause = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    system: System = SYSTEMS[name]()
    system.left()
    if pause == "together":
        system.send_together(count)
        started = time.monotonic()
    else:
        started = time.monotonic()
        _send(system, count, float(pause) / 1000)
    while system.left() and time.monotonic() - started < LONGEST_SECONDS:
        time.sleep(POLL_SECONDS)
    print(json.dumps({"seconds": time.monotonic() - started, "left": system.left()}))
    return 0


def _send(system: System, count: int, pause: float) -> None:
    chance = random.Random(7)  # noqa: S311 - spreads moments
    for _ in range(count):
        system.send()
        if pause:
            time.sleep(pause * (0.5 + chance.random()))


if __name__ == "__main__":
    sys.exit(main())
