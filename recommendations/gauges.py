"""Recommendations of the last minutes, for Prometheus."""

from typing import Final

from microcred.db import database_now
from microcred.ids import uuid7_lower_bound
from microcred.pipelining import fetch_rows
from ops.gauges import WINDOW, Figures, counts, tails

OUTCOMES: Final = ("complete", "degraded", "failed", "pending")
_RUNS: Final = """
SELECT CASE WHEN status <> 'ready' THEN status WHEN degraded THEN 'degraded' ELSE 'complete' END, count(*)
FROM recommendations WHERE id > %s AND origin = 'engine' GROUP BY 1
"""
# Later runs of an assessment are no longer waited for.
_SECONDS: Final = """
SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY value / 1000)::float8[] FROM metric_snapshots
WHERE metric_type = 'total_latency_ms' AND captured_at > statement_timestamp() - %s AND context->>'run' = '1'
"""


def runs() -> Figures:
    """Return how many recommendations were worked out lately, by how whole they are."""
    return {(outcome,): 0.0 for outcome in OUTCOMES} | counts(
        fetch_rows(_RUNS, [uuid7_lower_bound(database_now() - WINDOW)])
    )


def seconds_to_result() -> Figures:
    """Return how many seconds lay between handing in and a first recommendation that came lately."""
    return tails(fetch_rows(_SECONDS, [WINDOW]))
