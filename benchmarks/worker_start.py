"""The worker: how long from its start until it takes jobs, and what each further process of it needs.

The product's command is started with a database of its own, does a few jobs, and its processes are measured; in turns
with a Python that loads sentence-transformers and embeds one text. Neither a worker nor a web process may load torch.
The modules are compiled before, as ``make install`` and the image do it: where Python may not write bytecode, every
start would compile them.
"""

import argparse
import compileall
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.database import ROOT, own_database, require_own, set_up

if __name__ == "__main__":
    set_up()

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.measuring import Report, options, ratios, series, times
from benchmarks.students import make_world, student
from microcred.ai import providers
from microcred.ai.base import EmbeddingKey
from ops.enums import JobStatus
from ops.models import AsyncJob

PATIENCE: Final = 120.0
TORCH: Final = "libtorch"
EMBEDS_BY_TORCH: Final = """
from microcred.ai.minilm import ReferenceEmbedder
from microcred.ai.weights import find_weights
ReferenceEmbedder(find_weights("").location).embed(["one"])
"""
WEB_IMPORTS: Final = "import sys, microcred.wsgi; print('torch' in sys.modules)"


class NotStarted(RuntimeError):
    """A process was not ready in time, or ended."""


def measure(asked: argparse.Namespace) -> Report:
    """Start workers on the database at hand; the database is the caller's to drop."""
    require_own()
    for package in ROOT.glob("*/__init__.py"):
        compileall.compile_dir(package.parent, quiet=2)
    report = Report("the worker's start")
    world = make_world(passages=asked.passages, learners=100, key=EmbeddingKey.of(providers.embedder()))
    spent: dict[str, list[list[float]]] = {"ours": [], "sentence-transformers": []}
    private: list[float] = []
    loaded: set[bool] = set()
    seed = 0
    for turn in range(asked.rounds):
        if turn % 2 and asked.torch:
            spent["sentence-transformers"].append([_torch_ready()])
        for _ in range(asked.jobs):
            student(world, seed=(seed := seed + 1), now=timezone.now())
        ready, own, torch = _worker(asked.processes)
        spent["ours"].append([ready])
        private += own
        loaded.add(torch)
        if not turn % 2 and asked.torch:
            spent["sentence-transformers"].append([_torch_ready()])
    mine = series(spent["ours"])
    report.lines += [
        f"  ready after {mine} ms",
        f"  private memory of a process: {', '.join(f'{one:.0f}' for one in private)} MB",
    ]
    report.figures |= {"ready_ms": mine.medians, "private_mb": private}
    report.at_most("ready", mine.median / 1000, 1.5, "s")
    report.at_most("private memory of the process with the most", max(private), 75.0, "MB")
    if asked.torch:
        peer = series(spent["sentence-transformers"])
        report.lines += [
            f"  sentence-transformers ready after {peer} ms",
            f"  that / ours {times(peer, mine)}",
        ]
        report.figures |= {"sentence_transformers_ms": peer.medians, "ratio": ratios(peer, mine)}
    report.at_most("worker processes with torch", float(sum(loaded)), 0, "")
    report.at_most("web processes with torch", float(_web_loads_torch()), 0, "")
    return report


def _worker(processes: int) -> tuple[float, list[float], bool]:
    """Milliseconds until ready; private MB of each working process after the jobs; whether torch is in any."""
    with tempfile.TemporaryDirectory(prefix="benchmark-worker-") as folder:
        ready = Path(folder) / "ready"
        started = time.perf_counter()
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker", "--ready-file", str(ready)],
            cwd=ROOT, env=_environment(processes), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(ready.exists, worker)
            spent = 1000 * (time.perf_counter() - started)
            _wait(
                lambda: (
                    not AsyncJob.objects.filter(status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).exists()
                ),
                worker,
            )
            below = _descendants(worker.pid)
            # The two processes with the most memory of their own beside the guard and the pusher are those that work.
            memory = sorted((_private(pid) for pid in below), reverse=True)[:processes]
            torch = any(TORCH in Path(f"/proc/{pid}/maps").read_text() for pid in [worker.pid, *below])
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(PATIENCE)
    return spent, memory, torch


def _environment(processes: int) -> dict[str, str]:
    given = connection.settings_dict
    folder = str(given["HOST"]).replace("/", "%2F")
    return {
        **os.environ,
        "DATABASE_URL": f"postgres://{given['USER']}@/{given['NAME']}?host={folder}&port={given['PORT']}",
        "WORKER_PROCESSES": str(processes),
        "MICROCRED_STATE_DIR": str(settings.STATE_DIR),
        "DJANGO_SETTINGS_MODULE": "microcred.settings",
    }


def _wait(is_so: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if worker.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"the worker ended with {worker.returncode}, or took more than {PATIENCE:.0f} s")
        time.sleep(0.01)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def _private(pid: int) -> float:
    """The megabytes that this process shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _torch_ready() -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", EMBEDS_BY_TORCH],
        cwd=ROOT,
        env=_environment(1),
        check=True,
        capture_output=True,
    )
    return 1000 * (time.perf_counter() - started)


def _web_loads_torch() -> bool:
    done = subprocess.run(
        [sys.executable, "-c", WEB_IMPORTS],
        cwd=ROOT,
        env=_environment(1),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[-1] == "True"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure with a database of its own; the exit status says whether all goals are met."""
    parser = options(
        "The worker's start and memory.",
        processes=(2, "processes of a worker"),
        jobs=(12, "recommendations that are made before memory is measured"),
        passages=(1000, "passages in the catalog"),
    )
    parser.add_argument(
        "--no-torch", dest="torch", action="store_false", help="leave sentence-transformers out"
    )
    asked = parser.parse_args(arguments)
    with own_database():
        return measure(asked).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
