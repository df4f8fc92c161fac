"""What ``make fuzz`` writes down."""

import datetime as dt
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

from tests.fuzz.generating import Run

PAGE = """# Generated requests: what a run found

Written by `make fuzz`; `FUZZ_SEED` and `FUZZ_EXAMPLES` change seed and size. The requests are made from
[the OpenAPI document](../api/openapi.yaml) by Schemathesis {version} and sent to the product's own web server as each
kind of caller in turn; every other id in them is one that exists. Links carry what one operation answers into the next.

| | |
|---|---|
| date | {began:%Y-%m-%d %H:%M} UTC, {minutes:.1f} minutes |
| seed | {seed} |
| machine | {cores} cores, {memory:.0f} GiB, Python {python} |
| asked for | {examples} for each operation and phase, shared out among {callers} callers |
| checks | {checks} |
| requests | {cases:,} |
| answers of 500 and above | {errors} |
| failures of any check | {failures} |

| caller | requests | answers by status | failures |
|---|---|---|---|
{rows}
"""


def report(
    runs: Sequence[Run],
    *,
    examples: int,
    seed: int,
    checks: Sequence[str],
    began: dt.datetime,
    took: dt.timedelta,
) -> str:
    """Return the page, and below it whatever failed."""
    text = PAGE.format(
        version=version("schemathesis"), began=began, minutes=took.total_seconds() / 60, seed=seed,
        cores=os.cpu_count(), memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30,
        python=platform.python_version(), examples=examples, callers=len(runs), checks=", ".join(checks),
        cases=sum(made.cases for made in runs), errors=sum(_errors(made) for made in runs),
        failures=sum(len(made.failures) for made in runs), rows="\n".join(_row(made) for made in runs),
    )  # fmt: skip
    failed = [
        f"## As {made.caller}\n\n```text\n{failure}\n```\n" for made in runs for failure in made.failures
    ]
    return "\n".join([text, *failed])


def _errors(made: Run) -> int:
    return sum(count for status, count in made.statuses.items() if status >= 500)


def _row(made: Run) -> str:
    statuses = ", ".join(f"{status}: {count:,}" for status, count in made.statuses.items())
    return f"| {made.caller} | {made.cases:,} | {statuses} | {len(made.failures)} |"
