"""How soon a job starts and how many a second are done: ours, django-q2 as it comes, and RQ, beside each other.

Two worker processes each, the same job, the same PostgreSQL server with durable commits (RQ: a redis-server). Jobs a
second are taken twice, and the goal is of both: of a backlog that is there at once, and of one sender that sends job by
job. All systems run all the time and take turns. Figures are medians of the rounds, with the least and the most. RQ
needs a Python of its own: ``python -m venv FOLDER``, then ``FOLDER/bin/pip install -r
benchmarks/requirements-queues.txt`` and ``--peers FOLDER``; it and what needs a redis-server are left out otherwise.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.queues.running import Running, ending_on_sigterm
from microcred.embedded import EmbeddedServer

ROOT: Final = Path(__file__).resolve().parent.parent

PRODUCER: Final = str(ROOT / "benchmarks" / "queues" / "produce.py")
MANAGE: Final = str(ROOT / "manage.py")
WORKERS: Final = 2
START_GOAL_MS: Final = 5.0
TIMES_GOAL: Final = 8.0
IDLE_GOAL: Final = 0.01
RATES: Final = {"jobs_a_second": "a backlog", "jobs_a_second_of_one_sender": "one sender"}


@dataclass
class Contender:
    """One system, running; ``python`` is what its producer is run by."""

    name: str
    running: Running
    environment: Mapping[str, str]
    notes: Path
    python: str = sys.executable
    figures: dict[str, list[float]] = field(default_factory=dict)

    def produce(self, count: int, pause: str) -> dict[str, float]:
        """Send jobs and return what the producer says, with the starts in milliseconds after sending."""
        self.notes.write_bytes(b"")
        self.running.ensure()
        before = self.running.processor_seconds()
        done = subprocess.run(
            [self.python, PRODUCER, self.name, str(count), pause],
            cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{self.name}: {done.stderr[-2000:]}{self.running.log.read_text()[-2000:]}")
        said: dict[str, float] = json.loads(done.stdout)
        if said["left"]:
            raise RuntimeError(f"{self.name} did not finish: {self.running.log.read_text()[-2000:]}")
        return said | {"processor": self.running.processor_seconds() - before}

    def delays(self) -> list[float]:
        """Return the milliseconds from sending to starting of the latest jobs."""
        pairs = (line.split() for line in self.notes.read_text().splitlines())
        return sorted((int(began) - int(sent)) / 1e6 for sent, began in pairs)

    def note(self, **figures: float) -> None:
        """Keep the figures of one round."""
        for name, figure in figures.items():
            self.figures.setdefault(name, []).append(figure)


def measure(contender: Contender, *, paced: int, burst: int, idle: float) -> None:
    """Do one round: jobs one at a time, a backlog, as many as one sender can send, and none."""
    contender.produce(paced, "60")
    delays = contender.delays()
    said = contender.produce(burst, "together")
    sent = contender.produce(burst // 2, "0")
    contender.note(
        start_p50_ms=statistics.median(delays),
        start_p95_ms=delays[int(0.95 * (len(delays) - 1))],
        jobs_a_second=burst / said["seconds"],
        jobs_a_second_of_one_sender=(burst // 2) / sent["seconds"],
        processor_ms_a_job=1000 * said["processor"] / burst,
    )
    before = contender.running.processor_seconds()
    time.sleep(idle)
    contender.note(idle_share=(contender.running.processor_seconds() - before) / idle)


@contextmanager
def contenders(folder: Path, peers: Path | None) -> Iterator[list[Contender]]:
    """Start every system that can be run here."""
    with ExitStack() as stack:
        stack.enter_context(ending_on_sigterm())
        server = stack.enter_context(EmbeddedServer(folder / "postgres").running())
        database = {
            "DATABASE_URL": server.url(),
            "REDIS_URL": "",
            "MICROCRED_STATE_DIR": str(folder),
            "BENCHMARK_STATE_DIR": str(folder),
            "LOG_LEVEL": "WARNING",
            "WORKER_PROCESSES": str(WORKERS),
            "PYTHONPATH": str(ROOT),
        }
        ours = database | {"DJANGO_SETTINGS_MODULE": "benchmarks.queues.ours"}
        stock = database | {"DJANGO_SETTINGS_MODULE": "benchmarks.queues.stock"}
        subprocess.run(
            [sys.executable, MANAGE, "migrate", "-v0"], cwd=ROOT, env={**os.environ, **ours}, check=True
        )
        chosen: list[tuple[str, list[list[str]], dict[str, str], str]] = [
            ("ours", [[sys.executable, MANAGE, "supervise", "--no-web"]], ours, sys.executable),
            ("django-q2", [[sys.executable, MANAGE, "qcluster", "--skip-checks"]], stock, sys.executable),
        ]
        if peers is not None and shutil.which("redis-server"):
            url = stack.enter_context(_redis(folder))
            python = str(peers / "bin" / "python")
            command = [python, "-m", "rq.cli", "worker", "--quiet", "--url", url]
            chosen.append(
                ("RQ", [command] * WORKERS, {"BENCHMARK_REDIS_URL": url, "PYTHONPATH": str(ROOT)}, python)
            )
        made = []
        for name, commands, environment, python in chosen:
            notes = folder / f"{name}.notes"
            environment = environment | {"BENCHMARK_NOTES": str(notes)}
            running = Running(commands, environment=environment, log=folder / f"{name}.log")
            made.append(Contender(name, stack.enter_context(running), environment, notes, python))
        yield made


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with Running([command], environment={}, log=folder / "redis.log"):
        time.sleep(1)
        yield f"redis://127.0.0.1:{port}/0"


def goals(made: list[Contender]) -> list[tuple[str, float, float, bool]]:
    """Return what is to be reached: its name, what was reached, the goal, and whether it is met."""
    ours = made[0].figures
    start, idle = statistics.median(ours["start_p50_ms"]), statistics.median(ours["idle_share"])
    found = [
        ("enqueue to start, ms p50", start, START_GOAL_MS, start <= START_GOAL_MS),
        ("idle processor share", idle, IDLE_GOAL, idle < IDLE_GOAL),
    ]
    for peer in made[1:]:
        for figure, what in RATES.items():
            rounds = zip(ours[figure], peer.figures[figure], strict=True)
            times = statistics.median(own / theirs for own, theirs in rounds)
            found.append(
                (f"times the jobs a second of {peer.name}, {what}", times, TIMES_GOAL, times >= TIMES_GOAL)
            )
    return found


def tell(made: list[Contender], *, as_json: bool) -> bool:
    """Print everything; say whether all goals are met."""
    found = goals(made)
    if as_json:
        figures: dict[str, Any] = {one.name: one.figures for one in made}
        listed = [dict(zip(("what", "reached", "goal", "met"), goal, strict=True)) for goal in found]
        print(json.dumps({"row": "P3", "load": os.getloadavg()[0], "systems": figures, "goals": listed}))
    else:
        print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; median (least to most)")
        for one in made:
            print(one.name)
            for name, values in one.figures.items():
                print(
                    f"  {name:28} {statistics.median(values):10.4g} ({min(values):.4g} to {max(values):.4g})"
                )
        for what, reached, goal, met in found:
            print(f"{'met   ' if met else 'MISSED'} {what}: {reached:.3g} (goal {goal:g})")
    return all(met for *_, met in found)


def main() -> int:
    """Measure and tell; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured (%(default)s)")
    parser.add_argument(
        "--paced", type=int, default=60, help="jobs sent one at a time in a round (%(default)s)"
    )
    parser.add_argument("--burst", type=int, default=600, help="jobs in a backlog (%(default)s)")
    parser.add_argument("--idle", type=float, default=8.0, help="seconds without any job (%(default)s)")
    parser.add_argument(
        "--peers", type=Path, help="folder of a virtual environment with RQ; without, RQ is left out"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-jobs-") as folder,
        contenders(Path(folder), options.peers) as made,
    ):
        for one in made:
            # django-q2 keeps the last 250 results, and pays for each from then on.
            one.produce(min(300, options.burst), "0")
        for turn in range(options.rounds):
            for place in range(len(made)):
                contender = made[(turn + place) % len(made)]
                measure(contender, paced=options.paced, burst=options.burst, idle=options.idle)
        return 0 if tell(made, as_json=options.json) else 1


if __name__ == "__main__":
    sys.exit(main())
