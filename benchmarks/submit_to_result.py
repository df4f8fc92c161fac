"""How long a student waits from handing in until the result can be read, over HTTP, with a model that takes no time.

Web server, worker, database and model server are real processes and sockets. Essays are new every time, so that no
stored reply is used. The client asks for the result again as soon as it has an answer; the time runs from the start of
the POST to the end of the first GET that has the result.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from benchmarks.queues import product

GOAL_P50_MS: Final = 40.0
GOAL_P95_MS: Final = 80.0
ASK_AGAIN_SECONDS: Final = 0.002


def prepared(api: httpx.Client, email: str, number: int) -> tuple[str, dict[str, Any]]:
    """Log a student in and start an assessment; return its address and all that is to be handed in."""
    login = api.post("/auth/token", json={"email": email, "password": product.PASSWORD}).raise_for_status()
    api.headers["Authorization"] = f"Bearer {login.json()['access']}"
    body = {"role_id": str(product.role_id())}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    started = api.post("/assessments/start", json=body, headers=key).raise_for_status().json()
    given = product.answers(number)
    responses = [
        {"question_id": one["question_id"], "answer": given[one["question_id"]]}
        for one in started["questions"]
    ]
    return f"/assessments/{started['assessment_id']}", {"responses": responses, "completed": True}


def hand_in(api: httpx.Client, address: str, batch: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Hand in and wait; return the milliseconds and the result."""
    started = time.perf_counter()
    key = {"Idempotency-Key": str(uuid.uuid4())}
    api.post(f"{address}/responses", json=batch, headers=key).raise_for_status()
    while (reply := api.get(f"{address}/result").raise_for_status()).status_code == 202:
        time.sleep(ASK_AGAIN_SECONDS)
    return 1000 * (time.perf_counter() - started), dict(reply.json())


def main() -> int:
    """Measure and tell; the exit status says whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=20, help="assessments in a round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is measured (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    rounds: list[list[float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-result-") as folder,
        product.product(Path(folder)) as running,
    ):
        students = product.make_students(options.rounds * options.students + 2)
        with (
            running.supervised() as processes,
            httpx.Client(base_url=f"{running.url}/api/v1", timeout=60) as api,
        ):
            wait_for(f"{running.url}/health/ready", processes)
            for number, student in enumerate(students):
                took, result = hand_in(api, *prepared(api, student.email, number))
                if result["degraded"]:
                    raise RuntimeError(f"a result without {result['missing']}")
                # The first two find everything cold.
                if number >= 2:
                    if (number - 2) % options.students == 0:
                        rounds.append([])
                    rounds[-1].append(took)
    return 0 if tell(rounds, as_json=options.json) else 1


def wait_for(url: str, processes: Any, seconds: float = 120.0) -> None:
    """Wait until an address answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        processes.ensure()
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"no answer from {url}: {processes.log.read_text()[-2000:]}")


def tell(rounds: list[list[float]], *, as_json: bool) -> bool:
    """Print everything; say whether the goals are met."""
    p50 = [statistics.median(one) for one in rounds]
    p95 = [sorted(one)[int(0.95 * (len(one) - 1))] for one in rounds]
    met = statistics.median(p50) <= GOAL_P50_MS and statistics.median(p95) <= GOAL_P95_MS
    if as_json:
        print(json.dumps({"row": "P2", "load": os.getloadavg()[0], "p50_ms": p50, "p95_ms": p95, "met": met}))
    else:
        print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
        for name, values, goal in (("p50", p50, GOAL_P50_MS), ("p95", p95, GOAL_P95_MS)):
            reached = statistics.median(values)
            verdict = "met   " if reached <= goal else "MISSED"
            print(f"{verdict} submit to result, {name}: {reached:.1f} ms", end="")
            print(f" ({min(values):.1f} to {max(values):.1f}; goal {goal:g})")
    return met


if __name__ == "__main__":
    sys.exit(main())
