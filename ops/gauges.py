"""What figures for Prometheus are read by: the last minutes of tables that are there anyway."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from microcred.pipelining import fetch_rows
from ops import job_kinds

# Long enough that no reader who asks once a minute misses anything, short enough that an alarm ends with its reason.
WINDOW: Final = dt.timedelta(minutes=10)
MEDIAN_AND_TAIL: Final = ("0.5", "0.95")
Figures = Mapping[tuple[str, ...], float]

_DUE = """
SELECT job_type, count(*) FROM async_jobs
WHERE status = 'queued' AND next_run_at <= statement_timestamp() AND job_type = ANY(%s) GROUP BY job_type
"""
_ENDED = """
SELECT job_type,
    CASE WHEN status = 'dead' THEN 'dead' WHEN attempts > 1 THEN 'retried' ELSE 'at_once' END,
    count(*)
FROM async_jobs WHERE completed_at > statement_timestamp() - %s GROUP BY 1, 2
"""
_SECONDS = """
SELECT job_type,
    percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM {measured}))::float8[]
FROM async_jobs WHERE completed_at > statement_timestamp() - %s AND started_at IS NOT NULL GROUP BY job_type
"""


def jobs_due() -> Figures:
    """Return how many jobs of each kind could be done now, whether or not a limit of their kind holds them back."""
    return dict.fromkeys(((kind,) for kind in job_kinds.known()), 0) | counts(
        fetch_rows(_DUE, [job_kinds.known()])
    )


def jobs_ended() -> Figures:
    """Return how many jobs ended lately, by kind and outcome."""
    return counts(fetch_rows(_ENDED, [WINDOW]))


def job_waits() -> Figures:
    """Return how many seconds those that ended lately were due before somebody took them, the last time."""
    return tails(fetch_rows(_SECONDS.format(measured="started_at - next_run_at"), [WINDOW]))


def job_runs() -> Figures:
    """Return how many seconds their last attempt took."""
    return tails(fetch_rows(_SECONDS.format(measured="completed_at - started_at"), [WINDOW]))


def counts(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, ...], float]:
    """Return rows that end with a number by what stands before it."""
    return {tuple(map(str, names)): float(number) for *names, number in rows}


def tails(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[str, ...], float]:
    """Return rows that end with a median and a 95th percentile by what stands before them, and which of both it is."""
    return {
        (*map(str, names), quantile): max(0.0, float(value))
        for *names, values in rows
        for quantile, value in zip(MEDIAN_AND_TAIL, values or (), strict=False)
    }
