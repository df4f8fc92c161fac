"""One recommendation in the worker, from the job to the result that the student reads, without a chat model.

Run with the Python that has the peers. The product's whole path, records, checks and announcements included, beside the
components that the job is usually put together from (`components.py`), which do less. Statements are counted too.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.database import analyze, own_database, require_own, set_up

if __name__ == "__main__":
    set_up(threads=0)

import numpy as np
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from assessments.models import Assessment
from benchmarks.measuring import Report, options, ratios, series, times
from benchmarks.students import OWN_SKILLS, World, make_world, student
from microcred.ai import providers
from microcred.ai.base import EmbeddingKey
from ops import jobs
from recommendations.queries import Result, result_of
from recommendations.serializers import result_body
from recommendations.warm_up import warm_up

WARM: Final = 5
# As long as the queries of a student are together: about ninety tokens.
QUERY: Final = " ".join(
    f"{theme}: topics, techniques and practical tasks for somebody who knows a little and wants to know more."
    for theme in ("Joining tables", "Reading charts", "Cleaning data", "Writing reports", "Planning projects")
)


class NotDone(RuntimeError):
    """A job ended otherwise than with a result."""


def measure(asked: argparse.Namespace) -> Report:
    """Make a world in the database at hand and recommend in it; the database is the caller's to drop."""
    require_own()
    report = Report(f"one recommendation, {asked.passages:,} passages, {asked.learners:,} past learners")
    world = make_world(
        passages=asked.passages, learners=asked.learners, key=EmbeddingKey.of(providers.embedder())
    )
    analyze()
    queued = [
        student(world, seed=number, now=timezone.now())
        for number in range(WARM + 1 + asked.rounds * asked.calls)
    ]
    peer = None if asked.alone else _components(world, asked.learners)
    generator = np.random.default_rng(1)

    def theirs() -> Any:
        return peer.run(QUERY, generator.uniform(0.5, 4.5, size=OWN_SKILLS)) if peer else None

    try:
        warmed = 0.0 if asked.cold else _spent(lambda: list(warm_up()))
        first = _spent(lambda: _ours(queued[0]))
        for job in queued[1:WARM]:
            _ours(job)
            theirs()
        with CaptureQueriesContext(connection) as captured:
            _ours(queued[WARM])
        report.lines.append(
            f"  statements: {len(captured)}; the first of a worker took {first:.0f} ms, after {warmed:.0f} ms "
            "of warming up"
        )
        report.figures |= {"statements": len(captured), "first_ms": first, "warm_up_ms": warmed}
        _in_turns(queued[WARM + 1 :], theirs if peer else None, asked, report)
    finally:
        if peer:
            peer.close()
    return report


def _in_turns(queued: Sequence[Any], theirs: Any, asked: argparse.Namespace, report: Report) -> None:
    spent: dict[str, list[list[float]]] = {"worked": [], "read": [], "ours": [], "components": []}
    for turn in range(asked.rounds):
        for own in spent.values():
            own.append([])
        for number, job in enumerate(queued[turn * asked.calls : (turn + 1) * asked.calls]):
            if theirs and number % 2:
                spent["components"][turn].append(_spent(theirs))
            worked = _spent(lambda job=job: jobs.run(str(job.pk)))
            read = _spent(lambda job=job: _read(job))
            spent["worked"][turn].append(worked)
            spent["read"][turn].append(read)
            spent["ours"][turn].append(worked + read)
            if theirs and not number % 2:
                spent["components"][turn].append(_spent(theirs))
    found = {name: series(own) for name, own in spent.items() if own[0]}
    for name, one in found.items():
        report.lines.append(f"  {name:11} {one} ms")
        report.figures[name] = {"p50_ms": one.median, "p95_ms": one.high, "rounds_ms": one.medians}
    report.at_most("p50", found["ours"].median, 15.0, "ms")
    if theirs:
        report.lines.append(f"  components / ours {times(found['components'], found['ours'])}")
        report.figures["ratio"] = ratios(found["components"], found["ours"])
        report.at_least("components / ours", ratios(found["components"], found["ours"])[0], 4.5, "x")


def _ours(job: Any) -> None:
    jobs.run(str(job.pk))
    _read(job)


def _read(job: Any) -> str:
    """What the student is sent."""
    owner = User.objects.get(
        pk=Assessment.objects.values_list("user_id", flat=True).get(pk=job.assessment_id)
    )
    result = result_of(by=owner, assessment_id=job.assessment_id, now=timezone.now())
    if not isinstance(result, Result) or result.recommendation is None or result.missing:
        raise NotDone(f"job {job.pk}")
    return json.dumps(result_body(result), default=str)


def _components(world: World, learners: int) -> Any:
    from benchmarks.components import Components

    generator = np.random.default_rng(2)
    levels = generator.uniform(0.5, 4.5, size=(learners, OWN_SKILLS))
    taken = generator.integers(len(world.vectors) // 5, size=(learners, 4)).tolist()
    return Components(world.vectors, world.helpful, levels, taken)


def _spent(job: Any) -> float:
    started = time.perf_counter()
    job()
    return 1000 * (time.perf_counter() - started)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure in a database of its own; the exit status says whether all goals are met."""
    parser = options(
        "One recommendation: the product's worker and the usual components.",
        passages=(10_000, "passages in the catalog, five to a credential"),
        learners=(10_000, "past learners of the role"),
        calls=(20, "recommendations in each round"),
    )
    parser.add_argument("--alone", action="store_true", help="leave the components out")
    parser.add_argument(
        "--cold", action="store_true", help="have the first job come before a worker has warmed up"
    )
    asked = parser.parse_args(arguments)
    with own_database():
        return measure(asked).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
