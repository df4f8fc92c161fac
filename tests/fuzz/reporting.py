"""What ``make fuzz`` writes down."""

import datetime as dt
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tests.fuzz.generating import CHECKS, Run, operations

PAGE = """# Generated requests: what a run found

Written by `make fuzz`; `FUZZ_SEEDS` and `FUZZ_EXAMPLES` change seeds and size. The requests are made from
[the OpenAPI document](../api/openapi.yaml) by Schemathesis {version} and sent to the product's own web server as each
kind of caller in turn; every other id in them is one that exists. Links carry what one operation answers into the next.
Each seed meets a world of its own. What walks the bounds of the document is nearly the same for every seed: some 9,000
requests of each.

| | |
|---|---|
| date | {began:%Y-%m-%d %H:%M} UTC, {minutes:.1f} minutes |
| machine | {cores} cores, {memory:.0f} GiB, Python {python}; load {load:.1f} at the end |
| asked for | {examples} for each operation, phase and seed, shared out among {callers} callers |
| checks | {checks} |
| requests | {cases:,} |
| of each of {operations} operations | at least {fewest:,} (`{rarest}`) |
| answers of 500 and above | {errors} |
| failures of any check | {failures} |

| seed | requests | minutes | answers of 500 and above | failures |
|---|---|---|---|---|
{seeds}

| caller | requests | answers by status | failures |
|---|---|---|---|
{rows}
"""


@dataclass(frozen=True)
class Sown:
    """What one seed brought, caller by caller."""

    seed: int
    runs: Sequence[Run]
    began: dt.datetime
    took: dt.timedelta


def report(sown: Sequence[Sown], *, examples: int) -> str:
    """Return the page of all seeds, and below it whatever failed."""
    runs = [made for one in sown for made in one.runs]
    asked: Counter[str] = Counter(dict.fromkeys(operations(), 0))
    for made in runs:
        asked.update(made.operations)
    rarest, fewest = min(asked.items(), key=lambda item: item[1])
    text = PAGE.format(
        version=version("schemathesis"), began=sown[0].began, minutes=sum(_minutes(one) for one in sown),
        cores=os.cpu_count(), memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30,
        python=platform.python_version(), load=os.getloadavg()[0], examples=examples, callers=len(sown[0].runs),
        checks=", ".join(CHECKS), cases=sum(made.cases for made in runs), operations=len(asked), fewest=fewest,
        rarest=rarest, errors=sum(map(_errors, runs)), failures=sum(len(made.failures) for made in runs),
        seeds="\n".join(map(_row_of_seed, sown)), rows="\n".join(_rows_of_callers(runs)),
    )  # fmt: skip
    failed = [
        f"## Seed {one.seed}, as {made.caller}\n\n```text\n{failure}\n```\n"
        for one in sown
        for made in one.runs
        for failure in made.failures
    ]
    return "\n".join([text, *failed])


def _minutes(one: Sown) -> float:
    return one.took.total_seconds() / 60


def _errors(made: Run) -> int:
    return sum(count for status, count in made.statuses.items() if status >= 500)


def _row_of_seed(one: Sown) -> str:
    cases, failures = sum(made.cases for made in one.runs), sum(len(made.failures) for made in one.runs)
    return f"| {one.seed} | {cases:,} | {_minutes(one):.1f} | {sum(map(_errors, one.runs))} | {failures} |"


def _rows_of_callers(runs: Sequence[Run]) -> Iterable[str]:
    for caller in dict.fromkeys(made.caller for made in runs):
        of_caller = [made for made in runs if made.caller == caller]
        statuses: Counter[int] = Counter()
        for made in of_caller:
            statuses.update(made.statuses)
        told = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
        failures = sum(len(made.failures) for made in of_caller)
        yield f"| {caller} | {statuses.total():,} | {told} | {failures} |"
