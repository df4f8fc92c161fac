"""What 50,000 waiting jobs cost: enqueueing one more, jobs a second, and how right the age of the oldest is.

The product alone, two worker processes, a PostgreSQL server of its own with durable commits. First nothing works:
jobs are enqueued again and again, each in a transaction of its own, before and behind the backlog, and the figures for
Prometheus are read. Then the worker takes from the backlog while both go on; the jobs do nothing but say when they
began. As jobs are begun in the order in which they were enqueued, the oldest that waits is as old as the latest begun,
whose note tells. That holds while there is a backlog: ``left_of_the_backlog`` has to be above 0.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.queues.running import Running, ending_on_sigterm
from microcred.embedded import EmbeddedServer

ROOT: Final = Path(__file__).resolve().parent.parent
MANAGE: Final = str(ROOT / "manage.py")
ENQUEUE_GOAL_MS: Final = 10.0
RATE_GOAL: Final = 150.0
AGE_GOAL_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.04


@dataclass
class Measured:
    """Milliseconds of each enqueueing and each reading of the figures, and by how many seconds the age was wrong."""

    enqueueing: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    age_errors: list[float] = field(default_factory=list)

    def enqueue(self, enqueue: Callable[[], None], seconds: float) -> None:
        """Enqueue one job after the other, with small pauses, for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.perf_counter()
            enqueue()
            self.enqueueing.append(1000 * (time.perf_counter() - began))
            time.sleep(PAUSE_SECONDS)

    def read_age(self, read: Callable[[], bytes], oldest_sent: Callable[[], float]) -> None:
        """Read the figures and compare; what is begun meanwhile makes either side right."""
        first, began = oldest_sent(), time.perf_counter()
        told = re.search(rb"^microcred_jobs_oldest_due_seconds (\S+)$", read(), re.MULTILINE)
        took, now = time.perf_counter() - began, time.time()
        if told is None:
            raise RuntimeError("the figures do not tell the age of the oldest job")
        age, oldest, newest = float(told[1]), now - first, now - took - oldest_sent()
        self.reading.append(1000 * took)
        self.age_errors.append(max(0.0, newest - age, age - oldest))


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[int(0.95 * (len(values) - 1))]


@contextmanager
def prepared(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a migrated database of its own, which is this process's too."""
    with ending_on_sigterm(), EmbeddedServer(folder / "postgres").running() as server:
        environment = {
            "DATABASE_URL": server.url(),
            "REDIS_URL": "",
            "MICROCRED_STATE_DIR": str(folder),
            "BENCHMARK_STATE_DIR": str(folder),
            "BENCHMARK_NOTES": str(folder / "notes"),
            "LOG_LEVEL": "WARNING",
            "WORKER_PROCESSES": "2",
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "benchmarks.queues.ours",
        }
        os.environ.update(environment)
        subprocess.run([sys.executable, MANAGE, "migrate", "-v0"], cwd=ROOT, check=True)
        yield environment


def measure(folder: Path, *, waiting: int, seconds: float) -> dict[str, float]:
    """Return every figure by its name."""
    with prepared(folder) as environment:
        import django

        django.setup()
        from django.db import connection, transaction

        from ops import jobs, metrics

        def enqueue() -> None:
            jobs.enqueue("benchmark.note", payload={"sent": time.time_ns()})

        notes = folder / "notes"
        notes.touch()
        first = time.time()

        def oldest_sent() -> float:
            """Return when the oldest job was enqueued that has not begun, as far as the notes know."""
            sent = [int(line.split()[0]) for line in notes.read_bytes()[-4096:].splitlines()[1:]]
            return max(sent) / 1e9 if sent else first

        empty = Measured()
        empty.enqueue(enqueue, seconds / 2)
        filling = time.time()
        with transaction.atomic():
            for _ in range(waiting):
                enqueue()
        filled = time.time() - filling
        with connection.cursor() as cursor:
            # As autovacuum does within a minute: what the planner knows of the backlog decides how it is read.
            cursor.execute("ANALYZE async_jobs")
        still, busy = Measured(), Measured()
        still.enqueue(enqueue, seconds / 2)
        for _ in range(10):
            still.read_age(metrics.exposition, lambda: first)
        command = [sys.executable, MANAGE, "supervise", "--no-web"]
        with Running([command], environment=environment, log=folder / "ours.log") as running:
            while not notes.stat().st_size:
                running.ensure()
                time.sleep(0.05)
            done, began = _lines(notes), time.monotonic()
            while time.monotonic() - began < seconds:
                busy.enqueue(enqueue, 1)
                busy.read_age(metrics.exposition, oldest_sent)
            rate = (_lines(notes) - done) / (time.monotonic() - began)
            left = waiting - _lines(notes)
    return {
        "waiting": waiting,
        "filling_a_second": waiting / filled,
        "enqueue_p50_ms_with_none_waiting": statistics.median(empty.enqueueing),
        "enqueue_p95_ms_with_none_waiting": p95(empty.enqueueing),
        "enqueue_p50_ms": statistics.median(still.enqueueing),
        "enqueue_p95_ms": p95(still.enqueueing),
        "enqueue_p95_ms_at_work": p95(busy.enqueueing),
        "figures_p95_ms": p95(still.reading),
        "figures_p95_ms_at_work": p95(busy.reading),
        "age_wrong_seconds": max(still.age_errors),
        "age_wrong_seconds_at_work": max(busy.age_errors),
        "jobs_a_second": rate,
        "left_of_the_backlog": left,
    }


def _lines(notes: Path) -> int:
    return notes.read_bytes().count(b"\n")


def goals(figures: dict[str, float]) -> list[tuple[str, float, float, bool]]:
    """Return what is to be reached: its name, what was reached, the goal, and whether it is met."""
    enqueueing = max(figures["enqueue_p95_ms"], figures["enqueue_p95_ms_at_work"])
    age = max(figures["age_wrong_seconds"], figures["age_wrong_seconds_at_work"])
    rate = figures["jobs_a_second"]
    return [
        ("enqueueing, ms p95", enqueueing, ENQUEUE_GOAL_MS, enqueueing <= ENQUEUE_GOAL_MS),
        ("jobs a second", rate, RATE_GOAL, rate >= RATE_GOAL),
        ("age of the oldest wrong by, s", age, AGE_GOAL_SECONDS, age <= AGE_GOAL_SECONDS),
    ]


def main() -> int:
    """Measure and tell; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=50_000, help="jobs in the backlog (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0, help="seconds at work (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-backlog-") as folder:
        figures = measure(Path(folder), waiting=options.waiting, seconds=options.seconds)
    found = goals(figures)
    if options.json:
        listed = [dict(zip(("what", "reached", "goal", "met"), goal, strict=True)) for goal in found]
        print(json.dumps({"row": "R6", "load": os.getloadavg()[0], "figures": figures, "goals": listed}))
    else:
        print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
        for name, figure in figures.items():
            print(f"  {name:33} {figure:10.4g}")
        for what, reached, goal, met in found:
            print(f"{'met   ' if met else 'MISSED'} {what}: {reached:.3g} (goal {goal:g})")
    return 0 if all(met for *_, met in found) else 1


if __name__ == "__main__":
    sys.exit(main())
