"""The long runs: ``make chaos``. Several seeds on each broker, with the product's own leases, told in a report.

With CHAOS_BACKGROUND the model's server keeps its answers, as with OPENAI_BACKGROUND, and the report is one of its own.
CHAOS_JOBS assessments (600) for each of CHAOS_SEEDS seeds (10), from CHAOS_FIRST_SEED (1) on, CHAOS_AT_ONCE runs (1)
at a time. The report is written anew after every run, so that one that is ended tells what there was until then.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from microcred.embedded import EmbeddedServer
from tests.e2e.redis_server import PROGRAM
from tests.faults.report import report

ROOT = Path(__file__).resolve().parents[2]
ARE_KEPT = bool(os.environ.get("CHAOS_BACKGROUND"))
REPORT = ROOT / "docs" / "reports" / ("chaos-kept.md" if ARE_KEPT else "chaos.md")
POISON_JOBS = 3000
_called: list[subprocess.Popen[bytes]] = []


def main() -> None:
    """Run, and write the report; exit status 1 when something was lost or doubled."""
    jobs, seeds = int(os.environ.get("CHAOS_JOBS", "600")), int(os.environ.get("CHAOS_SEEDS", "10"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    first, at_once = int(os.environ.get("CHAOS_FIRST_SEED", "1")), int(os.environ.get("CHAOS_AT_ONCE", "1"))
    with tempfile.TemporaryDirectory() as folder:
        template = EmbeddedServer(Path(folder) / "template" / "postgres")
        template.start()
        try:
            _call(folder, "template", "manage.py", "migrate", "--verbosity", "0")
            poison = _run(folder, template.url(), "--jobs", str(POISON_JOBS), "--poison-cost")
            wanted = [
                ("--jobs", str(jobs), "--seed", str(seed), *broker)
                for seed in range(first, first + seeds)
                for broker in _brokers()
            ]
            is_sound = True
            for runs in _growing(folder, template.url(), wanted, at_once):
                REPORT.write_text(report(runs, poison, jobs, are_kept=ARE_KEPT))
                is_sound = len(runs) == len(wanted) and all(run["is_sound"] for run in runs)
        finally:
            template.stop()
    sys.stdout.write(f"{REPORT.relative_to(ROOT)} is written.\n")
    sys.exit(0 if is_sound else 1)


def _growing(
    folder: str, template: str, wanted: list[tuple[str, ...]], at_once: int
) -> Iterator[list[dict[str, Any]]]:
    """Make the runs and yield those that there are after each; one that breaks off is told and left out."""
    runs: list[dict[str, Any]] = []
    pool = ThreadPoolExecutor(at_once)
    try:
        for made in as_completed([pool.submit(_run, folder, template, *one) for one in wanted]):
            error = made.exception()
            if error is None:
                runs.append(made.result())
                yield list(runs)
            else:
                sys.stdout.write(f"broken off: {error}\n")
                sys.stdout.flush()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for called in _called:
            called.terminate()
        pool.shutdown()


def _brokers() -> list[list[str]]:
    if PROGRAM is None:
        sys.stdout.write("No redis-server is installed: PostgreSQL alone.\n")
    return [[], ["--redis"]] if PROGRAM else [[]]


def _run(folder: str, template: str, *options: str) -> dict[str, Any]:
    place = tempfile.mkdtemp(dir=folder)
    out = Path(place) / "figures.json"
    _call(
        folder,
        Path(place).name,
        "-m",
        "tests.faults.run",
        "--template",
        template,
        "--out",
        str(out),
        *options,
    )
    figures: dict[str, Any] = json.loads(out.read_text())
    sys.stdout.write(f"{' '.join(options)}: {json.dumps(figures)}\n")
    sys.stdout.flush()
    return figures


def _call(folder: str, state: str, *arguments: str) -> None:
    environment = {name: os.environ[name] for name in os.environ.keys() - {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"MICROCRED_STATE_DIR": str(Path(folder) / state), "LOG_LEVEL": "ERROR"}
    environment |= {"CHAOS_LONG_LEASE": "1"}
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment) as called:
        _called.append(called)
        try:
            status = called.wait()
        except BaseException:
            called.terminate()
            raise
        finally:
            _called.remove(called)
    if status:
        raise RuntimeError(f"{' '.join(arguments)} ended with status {status}")


if __name__ == "__main__":
    main()
