"""The report on long runs."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.matrix import as_table

_HEAD = """# Chaos: what is lost, doubled and delayed when everything fails

Written by `{command}` on {date}: {jobs} assessments in each of {runs} runs, seeds {seeds}, on {cores} cores and
{memory} GB, with a load of {load} while it ran (other work on the machine included).

Each run has a PostgreSQL server of its own, a real `manage.py supervise`, a model server and a partner over HTTP, and
students who hand in seven assessments a second. Every 1.5 seconds that the worker is at work (while none
of it lives, a kill would show nothing), one process of it, the supervisor included, is killed, or (one time in ten)
stopped for longer than its lease. PostgreSQL is stopped at once
and started three times, Redis is emptied three times (once each in runs of fewer than 250). At least 20 times is
something done in a run. Counted is by SQL, in
the end: `tests/faults/counting.py`. Leases are the product's own.

| goal | reached | asked |
|---|---|---|
{goals}

| broker | seed | lost | doubled | degraded | paid calls too many | faults | naive jobs doubled | seconds |
|---|---|---|---|---|---|---|---|---|
{lines}

- **Lost** and **doubled** are sums over essay scores, rule scores, profiles, recommendations, events of completion and
  of the run, deliveries, and cost entries of answered calls; each should be there once for every assessment.
- **Paid calls too many** are {calls} {under_way}
- **Degraded** are results that went without a part because the same work lost its worker five times; they heal.
- **Naive** jobs leave their effect before they are done, as the first that one would write: {naive_jobs} in each run.
  They have to double, or the run would show nothing.
- The faults in all: {faults}.

## The fault matrix

Each row is tried by itself as well (`tests/faults/matrix.py`).

{matrix}
"""

_LOST = """calls that were under way in a process when it was killed or frozen. Nobody can know what
  they would have answered; an answered call is never made again.
  [Decision 31](../adr/0031-dying-without-taking-others-along.md) has the formula, and why 1 % cannot be had at this
  rate."""
_KEPT = """calls whose process was killed before it had written down under which name the model's
  server keeps the answer ([decision 32](../adr/0032-answers-that-are-kept.md)); all others were fetched by who came
  after."""


def report(
    runs: Sequence[dict[str, Any]], poison: dict[str, Any], jobs: int, *, are_kept: bool = False
) -> str:
    """Return the report as Markdown; ``are_kept`` says whether the model's server kept its answers."""
    runs = sorted(runs, key=lambda run: (run["broker"], run["seed"]))
    faults: Counter[str] = sum((Counter(run["faults"]) for run in runs), Counter())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return _HEAD.format(
        command="CHAOS_BACKGROUND=1 make chaos" if are_kept else "make chaos",
        calls=_KEPT if are_kept else _LOST,
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        jobs=jobs,
        runs=len(runs),
        seeds=", ".join(str(seed) for seed in sorted({run["seed"] for run in runs})),
        cores=os.cpu_count(),
        memory=round(memory),
        load=f"{min(run['load'] for run in runs):.0f} to {max(run['load'] for run in runs):.0f}",
        goals="\n".join(_goals(runs, poison)),
        lines="\n".join(_line(run) for run in runs),
        naive_jobs=jobs // 4,
        under_way=_under_way(runs),
        matrix=as_table(),
        faults=", ".join(f"{number} times {name}" for name, number in faults.most_common()),
    )


def _goals(runs: Sequence[dict[str, Any]], poison: dict[str, Any]) -> list[str]:
    assessments = sum(run["assessments"] for run in runs)
    extra = sum(run["extra_calls"] for run in runs)
    kills = sorted(seconds for run in runs for seconds in run["resumed_after_kill"])
    restarts = sorted(seconds for run in runs for seconds in run["resumed_after_restart"])
    slower = 1 - poison["with"] / poison["without"]
    return [
        f"| R1 lost, doubled | {sum(map(_lost, runs))}, {sum(map(_doubled, runs))} of {assessments:,} assessments "
        "| 0, 0 of 10,000 |",
        f"| R2 paid calls beyond one for each essay | {extra / assessments:.2%} ({extra}) | at most 1 % |",
        f"| R3 next start after a kill | p95 {_share(kills, 0.95):.1f} s, longest {kills[-1]:.1f} s of {len(kills)} "
        "| p95 15 s |",
        f"| R3 next start after the database was stopped | p95 {_share(restarts, 0.95):.1f} s of {len(restarts)} "
        "| 15 s |",
        f"| R4 claims of a job that kills | {sorted({n for run in runs for n in run['poison_claims']})} | exactly 5 |",
        f"| R4 what it costs others | {slower:.1%} ({poison['without']} jobs a second without, {poison['with']} with, "
        f"over {poison['jobs']:,} jobs) | at most 5 % |",
    ]


def _under_way(runs: Sequence[dict[str, Any]]) -> str:
    kills = [calls for run in runs for calls, _ in run["under_way"]]
    expected = sum(run["lost_with_one_of"] for run in runs)
    return (
        f"Under way at {len(kills)} kills were {sum(kills) / max(1, len(kills)):.1f} on the average, of calls\n"
        "  made in the last second; if each kill took along only those of one process, it would be "
        f"{expected:.0f} calls."
    )


def _line(run: dict[str, Any]) -> str:
    cells = (run["broker"], run["seed"], _lost(run), _doubled(run), run["degraded"], run["extra_calls"],
             sum(run["faults"].values()), run["naive_doubled"], run["seconds"])  # fmt: skip
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _lost(run: dict[str, Any]) -> int:
    return int(run["unfinished"] + sum(run["lost"].values()))


def _doubled(run: dict[str, Any]) -> int:
    return int(sum(run["doubled"].values()))


def _share(found: Sequence[float], share: float) -> float:
    return found[min(len(found) - 1, int(share * len(found)))]
