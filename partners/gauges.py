"""Webhooks of the last minutes, and those on their way, for Prometheus."""

from typing import Final

from microcred.db import database_now
from microcred.ids import uuid7_lower_bound
from microcred.pipelining import fetch_rows
from ops.gauges import WINDOW, Figures, counts

ATTEMPTS: Final = ("taken", "refused", "unanswered")
DELIVERIES: Final = ("pending", "parked", "dead")
_ATTEMPTS: Final = """
SELECT CASE WHEN response_code IS NULL THEN 'unanswered'
    WHEN response_code BETWEEN 200 AND 299 THEN 'taken' ELSE 'refused' END, count(*)
FROM webhook_attempts WHERE id > %s GROUP BY 1
"""
_DELIVERIES: Final = """
SELECT CASE WHEN parked THEN 'parked' ELSE status END, count(*)
FROM webhook_deliveries WHERE status IN ('pending', 'dead') GROUP BY 1
"""


def attempts() -> Figures:
    """Return how many tries to tell partners were made lately, by what came of them."""
    return {(name,): 0.0 for name in ATTEMPTS} | counts(
        fetch_rows(_ATTEMPTS, [uuid7_lower_bound(database_now() - WINDOW)])
    )


def deliveries() -> Figures:
    """Return how many events are on their way, wait for an endpoint that does not answer, or never arrived."""
    return {(name,): 0.0 for name in DELIVERIES} | counts(fetch_rows(_DELIVERIES))
