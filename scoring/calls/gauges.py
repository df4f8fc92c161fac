"""Calls to models of the last minutes, for Prometheus."""

from typing import Final

from microcred.db import database_now
from microcred.ids import uuid7_lower_bound
from microcred.pipelining import fetch_rows
from ops.gauges import WINDOW, Figures, counts, tails
from scoring.enums import CallPurpose

# What waits in a batch is no measure of a server.
_CALLS: Final = (
    "SELECT purpose, outcome, count(*) FROM model_calls WHERE id > %s AND state = 'settled' GROUP BY 1, 2"
)
_SECONDS: Final = """
SELECT purpose, percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY latency_ms / 1000.0)::float8[]
FROM model_calls WHERE id > %s AND latency_ms IS NOT NULL AND batch_id IS NULL GROUP BY purpose
"""


def calls() -> Figures:
    """Return how many of the calls that were begun lately are over, by purpose and what came of them."""
    known = {(purpose, "answered"): 0.0 for purpose in CallPurpose.values}
    return known | counts(fetch_rows(_CALLS, [uuid7_lower_bound(database_now() - WINDOW)]))


def seconds() -> Figures:
    """Return how many seconds they took."""
    return tails(fetch_rows(_SECONDS, [uuid7_lower_bound(database_now() - WINDOW)]))
