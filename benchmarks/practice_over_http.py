"""How long a student waits for something to practise with, and for what comes of an answer, over HTTP.

Web server and database are real processes, the bank has thousands of items of one skill, and students have different
ratings. Requests come one after the other: a new item, the same again, its right answer, and beside them the student's
account, which says how fast the machine is today, in turns.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from benchmarks.queues import product
from benchmarks.submit_to_result import wait_for

GOAL_P95_MS: Final = 10.0
SKILL: Final = "sql"
NEW, AGAIN, ANSWER = "a new item", "the same again", "the right answer"
ACCOUNT: Final = "one's account"
Times = dict[str, list[float]]


def fill_bank(number: int) -> None:
    """Add so many items of one skill, spread over the whole scale."""
    from django.utils import timezone

    from catalog.models import Skill
    from practice.models import PracticeItem
    from practice.rating import HIGHEST, LOWEST, difficulty

    skill, now = Skill.objects.get(key=SKILL), timezone.now()
    ratings = [LOWEST + (HIGHEST - LOWEST) * place / number for place in range(number)]
    PracticeItem.objects.bulk_create(
        PracticeItem(
            key=f"bench-{place}", skill=skill, question_type="multiple_choice", prompt=f"Which of these is {place}?",
            choices=[{"id": "c1", "text": f"{place}"}, {"id": "c2", "text": f"{place + 1}"}],
            answer_format={"max_choices": 1},
            rules={"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"},
            hints=["Look again."], solution="It is the first.", difficulty=difficulty(rating), seconds=60,
            rating=rating, deviation=100.0, created_at=now, updated_at=now,
        )
        for place, rating in enumerate(ratings)
    )  # fmt: skip


def practise(api: httpx.Client, email: str, number: int) -> Times:
    """Log a student in and have them solve so many items; return what each request took, in milliseconds."""
    login = api.post("/auth/token", json={"email": email, "password": product.PASSWORD}).raise_for_status()
    api.headers["Authorization"] = f"Bearer {login.json()['access']}"
    times: Times = defaultdict(list)

    def timed(what: str, method: str, address: str, **sent: Any) -> Mapping[str, Any]:
        began = time.perf_counter()
        reply = api.request(method, address, **sent).raise_for_status()
        times[what].append(1000 * (time.perf_counter() - began))
        return dict(reply.json())

    for _ in range(number):
        timed(ACCOUNT, "GET", "/me")
        given = timed(NEW, "GET", f"/practice/assign?skill={SKILL}")
        if timed(AGAIN, "GET", f"/practice/assign?skill={SKILL}") != given:
            raise RuntimeError("another item was given while the first was open")
        body = {"assignment_id": given["assignment_id"], "answer": {"choice_id": "c1"}}
        if not timed(ANSWER, "POST", "/practice/complete", json=body)["correct"]:
            raise RuntimeError("the right answer was not taken for right")
    return times


def main() -> int:
    """Measure and tell; the exit status says whether the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, help="items in the bank (%(default)s)")
    parser.add_argument("--answers", type=int, default=100, help="items that a student solves (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="students, one after the other (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-practice-") as folder,
        product.product(Path(folder)) as running,
    ):
        fill_bank(options.items)
        students = product.make_students(options.rounds + 1)
        with (
            running.supervised() as processes,
            httpx.Client(base_url=f"{running.url}/api/v1", timeout=60) as api,
        ):
            wait_for(f"{running.url}/health/ready", processes)
            # The first finds everything cold.
            rounds = [practise(api, student.email, options.answers) for student in students][1:]
    return 0 if tell(rounds, as_json=options.json) else 1


def tell(rounds: list[Times], *, as_json: bool) -> bool:
    """Print everything; say whether the goal is met."""
    p50 = {what: [statistics.median(one[what]) for one in rounds] for what in (ACCOUNT, NEW, AGAIN, ANSWER)}
    p95 = {what: [sorted(one[what])[int(0.95 * (len(one[what]) - 1))] for one in rounds] for what in p50}
    met = statistics.median(p95[NEW]) <= GOAL_P95_MS
    if as_json:
        print(
            json.dumps({"row": "P11", "load": os.getloadavg()[0], "p50_ms": p50, "p95_ms": p95, "met": met})
        )
        return met
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    print(
        f"{'met' if met else 'MISSED'}: {NEW}, p95 {statistics.median(p95[NEW]):.1f} ms; goal {GOAL_P95_MS:g}"
    )
    ratios = [new / plain for new, plain in zip(p50[NEW], p50[ACCOUNT], strict=True)]
    print(
        f"       {NEW} / {ACCOUNT} {statistics.median(ratios):.1f} x ({min(ratios):.1f} to {max(ratios):.1f})"
    )
    for what in p50:
        for name, values in (("p50", p50[what]), ("p95", p95[what])):
            told = f"{statistics.median(values):.1f} ms ({min(values):.1f} to {max(values):.1f})"
            print(f"       {what}, {name}: {told}")
    return met


if __name__ == "__main__":
    sys.exit(main())
