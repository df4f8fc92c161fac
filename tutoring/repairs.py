"""Sessions that wait for their summaries although no job is there to write them."""

import datetime as dt
from typing import Final

from ops.jobs import Ensured
from tutoring import queries, services
from tutoring.enums import Failure
from tutoring.models import SessionSummary

MOST_AT_ONCE: Final = 500
# A session whose job is merely late is not without one.
OVERDUE: Final = dt.timedelta(seconds=30)


def restore_summaries(*, now: dt.datetime, since: dt.datetime) -> int:
    """Give sessions the job that summarises them; one whose job died without a word has no summary."""
    idle = list(queries.awaiting_summary(before=now - OVERDUE)[:MOST_AT_ONCE])
    return sum(_restore(summary, now) != Ensured.ALIVE for summary in idle)


def _restore(summary: SessionSummary, now: dt.datetime) -> Ensured:
    found = services.ensure_summarising(summary)
    if found == Ensured.DEAD:
        services.fail(summary_id=summary.pk, failure=Failure.UNAVAILABLE, now=now)
    return found
