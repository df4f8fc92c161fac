"""How many assessments a minute two processes do when every call of the model takes five seconds, and in what memory.

Students have handed in before the worker starts: a backlog. The time runs from the first claim to the last result.
Memory is that of all processes of the worker, private pages and their share of common ones, at its highest;
processor time that of the same processes from the first claim on, the database's not included. It says what two cores
could do at most where other work kept them busy.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.queues import product

GOAL_A_MINUTE: Final = 240.0
GOAL_SECONDS_PER_100: Final = 30.0
GOAL_MEMORY: Final = 2**30
LOOK_SECONDS: Final = 0.25


def hand_in_all(number: int) -> None:
    """Have as many students hand in their answers, as the API does, without the HTTP."""
    from django.utils import timezone

    from assessments import services as assessments
    from assessments.models import QuestionSnapshot

    role = product.role_id()
    for place, student in enumerate(product.make_students(number)):
        started = assessments.start(by=student, role_id=role, metadata={}, now=timezone.now()).assessment
        given = product.answers(place)
        asked = QuestionSnapshot.objects.filter(assessment=started)
        answers = [assessments.GivenAnswer(row.question_id, given[str(row.question_id)]) for row in asked]
        assessments.submit(
            by=student, assessment_id=started.pk, answers=answers, completed=True, now=timezone.now()
        )


def drain(running: product.Product, number: int, limit: float) -> dict[str, Any]:
    """Start the worker, wait for all results, and return what that took."""
    from django.db.models import Min

    from assessments.models import Assessment
    from ops.models import AsyncJob

    memory, done, until, before = 0, 0, time.monotonic() + limit, 0.0
    with running.supervised("--no-web") as processes:
        while done < number and time.monotonic() < until:
            processes.ensure()
            time.sleep(LOOK_SECONDS)
            if not AsyncJob.objects.filter(started_at__isnull=False).exists():
                before = processes.processor_seconds()
            memory = max(memory, processes.private_bytes())
            done = Assessment.objects.filter(status="completed").count()
        used = processes.processor_seconds() - before
    first = AsyncJob.objects.filter(kind="scoring.score").aggregate(at=Min("started_at"))["at"]
    ends = list(
        Assessment.objects.filter(status="completed")
        .order_by("completed_at")
        .values_list("completed_at", flat=True)
    )
    # Nobody may be done when the time is over.
    seconds = (ends[-1] - first).total_seconds() if ends else limit
    degraded = Assessment.objects.filter(degraded=True).count()
    return {
        "assessments": done, "degraded": degraded, "seconds": seconds, "a_minute": 60 * done / seconds,
        "calls": len(running.model.server.requests), "memory_mib": memory / 2**20,
        "processor_ms": 1000 * used / max(1, done),
    }  # fmt: skip


def main() -> int:
    """Measure and tell; the exit status says whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backlog", type=int, default=100, help="assessments that wait (%(default)s)")
    parser.add_argument("--delay", type=float, default=5.0, help="seconds that a call takes (%(default)s)")
    parser.add_argument(
        "--limit", type=float, default=300.0, help="seconds after which it ends (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-waits-") as folder,
        product.product(Path(folder)) as running,
    ):
        hand_in_all(options.backlog)
        running.model.server.requests.clear()
        running.model.delay = options.delay
        found = drain(running, options.backlog, options.limit)
    rate, memory = found["a_minute"], found["memory_mib"]
    quick = found["seconds"] <= GOAL_SECONDS_PER_100 * options.backlog / 100
    whole = found["assessments"] == options.backlog and found["degraded"] == 0
    met = rate >= GOAL_A_MINUTE and memory * 2**20 <= GOAL_MEMORY and quick and whole
    if options.json:
        print(json.dumps({"row": "P9", "load": os.getloadavg()[0], **found, "met": met}))
    else:
        print(
            f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}; {options.delay:g} s a call"
        )
        print(f"{found['assessments']} of {options.backlog} in {found['seconds']:.1f} s, {found['calls']} calls, "
              f"{found['degraded']} degraded; {found['processor_ms']:.0f} ms of processor time each")  # fmt: skip
        print(f"{'met   ' if met else 'MISSED'} {rate:.0f} a minute (goal {GOAL_A_MINUTE:g}) in {memory:.0f} MiB "
              f"(goal {GOAL_MEMORY // 2**20})")  # fmt: skip
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
