"""How many requests a second the API answers, as a share of what the framework does with ``SELECT 1`` and no log-in.

``wrk`` (Debian's package of that name) keeps 16 connections busy against each address in turn: `benchmarks/plain.py`
and the product, both by granian with two processes on one database of their own, on the cores that wrk and the
database use too. A share is that of the same round.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from benchmarks.asking import CONNECTIONS, Address, Answered, Request, ask
from benchmarks.measuring import Report
from benchmarks.queues import product
from benchmarks.queues.running import ROOT, Running
from benchmarks.submit_to_result import hand_in, prepared, wait_for

PLAIN: Final = "plain"
# The least share of what the plain view does.
GOALS: Final[Mapping[str, float]] = {
    "status": 0.35, "result": 0.20, "catalogue": 0.20, "answers": 0.12, "start": 0.10,
}  # fmt: skip
P99_GOAL: Final = 10.0
# So many students write at a time; one alone would wait for themselves, as each has their own assessment.
STUDENTS: Final = CONNECTIONS


@dataclass(frozen=True, slots=True)
class Served:
    """What is asked of both servers, by name, and the product's processes."""

    addresses: Mapping[str, Address]
    processes: Running


@contextmanager
def serving(running: product.Product) -> Iterator[Served]:
    """Run both servers; yield what is asked of them."""
    from companion.demo.processes import any_free_port

    running.environment["WEB_PROCESSES"] = "2"
    students = product.make_students(1 + STUDENTS)
    port = any_free_port()
    plain = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--log-level", "warning", "--no-ws", "benchmarks.plain:application",
    ]  # fmt: skip
    environment = running.environment | {"PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE")
    with (
        running.supervised() as processes,
        Running([plain], environment=environment, log=running.folder / "plain.log") as beside,
        httpx.Client(base_url=f"{running.url}/api/v1", timeout=60) as api,
    ):
        wait_for(f"{running.url}/health/ready", processes)
        wait_for(f"http://127.0.0.1:{port}/one", beside)
        plain_one = {PLAIN: Address(f"http://127.0.0.1:{port}", [Request("/one")])}
        yield Served(plain_one | _of_the_product(api, students), processes)


def _of_the_product(api: httpx.Client, students: Sequence[Any]) -> dict[str, Address]:
    """Have the first student finish an assessment and the others open one; return what is asked of the product."""
    address, batch = prepared(api, students[0].email, 0)
    hand_in(api, address, batch)
    reader = _token(api)
    writers = []
    for number, student in enumerate(students[1:], start=1):
        open_one, batch = prepared(api, student.email, number)
        writers.append((open_one, _token(api)))
    one_answer = {"responses": batch["responses"][:1]}
    url, base = str(api.base_url.copy_with(path="/")).rstrip("/"), "/api/v1"
    catalogue, role = "/catalog/credentials", {"role_id": str(product.role_id())}
    asked = {
        "status": [Request(f"{base}{address}", reader)],
        "result": [Request(f"{base}{address}/result", reader)],
        "catalogue": [Request(f"{base}{catalogue}", reader)],
        "answers": [Request(f"{base}{own}/responses", token, one_answer) for own, token in writers],
        "start": [Request(f"{base}/assessments/start", token, role) for _, token in writers],
    }
    return {name: Address(url, requests) for name, requests in asked.items()}


def _token(api: httpx.Client) -> str:
    return api.headers["Authorization"].removeprefix("Bearer ")


def measure(asked: argparse.Namespace, folder: Path, running: product.Product) -> Report:
    """Ask everything in every round."""
    report = Report("F1: requests a second beside a plain view")
    found: dict[str, list[Answered]] = {}
    with serving(running) as served:
        for address in served.addresses.values():
            ask(address, folder, seconds=1)
        for _ in range(asked.rounds):
            for name, address in served.addresses.items():
                found.setdefault(name, []).append(ask(address, folder, seconds=asked.seconds))
    tell(found, report)
    return report


def tell(found: Mapping[str, list[Answered]], report: Report) -> None:
    """Note rates, shares and failures."""
    plain = found[PLAIN]
    for name, rounds in found.items():
        shares = [one.rate / beside.rate for one, beside in zip(rounds, plain, strict=True)]
        slower = [one.p99 / beside.p99 for one, beside in zip(rounds, plain, strict=True)]
        failed = sum(one.failed for one in rounds)
        report.lines.append(
            f"  {name:9} {statistics.median(one.rate for one in rounds):8.0f} a second, "
            f"share {statistics.median(shares):.3f} ({min(shares):.3f} to {max(shares):.3f}), "
            f"p50 {statistics.median(one.p50 for one in rounds):.1f} ms, "
            f"p99 {statistics.median(one.p99 for one in rounds):.1f} ms "
            f"({statistics.median(slower):.1f} x the plain one), {failed} failed"
        )
        report.figures[name] = {"rates": [one.rate for one in rounds], "shares": shares, "failed": failed}
        if name in GOALS:
            report.at_least(f"{name}, share of the plain view", statistics.median(shares), GOALS[name], "")
            report.at_most(f"{name}, failed", failed, 0, "requests")
            report.at_most(f"{name}, p99 beside the plain one", statistics.median(slower), P99_GOAL, "x")


def main() -> int:
    """Measure and tell; the exit status says whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="for each address in a round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; Debian's package is called wrk.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-load-")))
        running = stack.enter_context(product.product(folder))
        return measure(asked, folder, running).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
