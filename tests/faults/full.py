"""The long runs: ``make chaos``. Several seeds on each broker, with the product's own leases, told in a report.

CHAOS_JOBS assessments (600) for each of CHAOS_SEEDS seeds (10), from CHAOS_FIRST_SEED (1) on.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from microcred.embedded import EmbeddedServer
from tests.e2e.redis_server import PROGRAM
from tests.faults.report import report

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "reports" / "chaos.md"
POISON_JOBS = 3000


def main() -> None:
    """Run, and write the report; exit status 1 when something was lost or doubled."""
    jobs, seeds = int(os.environ.get("CHAOS_JOBS", "600")), int(os.environ.get("CHAOS_SEEDS", "10"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    first = int(os.environ.get("CHAOS_FIRST_SEED", "1"))
    with tempfile.TemporaryDirectory() as folder:
        template = EmbeddedServer(Path(folder) / "template" / "postgres")
        template.start()
        try:
            _call(folder, "template", "manage.py", "migrate", "--verbosity", "0")
            runs = [
                _run(folder, template.url(), "--jobs", str(jobs), "--seed", str(seed), *broker)
                for broker in _brokers()
                for seed in range(first, first + seeds)
            ]
            poison = _run(folder, template.url(), "--jobs", str(POISON_JOBS), "--poison-cost")
        finally:
            template.stop()
    REPORT.write_text(report(runs, poison, jobs))
    sys.stdout.write(f"{REPORT.relative_to(ROOT)} is written.\n")
    sys.exit(0 if all(run["is_sound"] for run in runs) else 1)


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
    told = {name: figures[name] for name in ("seed", "broker", "is_sound", "seconds") if name in figures}
    sys.stdout.write(f"{' '.join(options)}: {told}\n")
    sys.stdout.flush()
    return figures


def _call(folder: str, state: str, *arguments: str) -> None:
    environment = {name: os.environ[name] for name in os.environ.keys() - {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"MICROCRED_STATE_DIR": str(Path(folder) / state), "LOG_LEVEL": "ERROR"}
    environment |= {"CHAOS_LONG_LEASE": "1"}
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment) as called:
        try:
            status = called.wait()
        except BaseException:
            called.terminate()
            raise
    if status:
        raise SystemExit(f"{arguments[1]} ended with status {status}")


if __name__ == "__main__":
    main()
