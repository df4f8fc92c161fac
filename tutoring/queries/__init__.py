"""Reading summaries, and who tells of sessions."""

from tutoring.queries.sources import SECRETS, SourceMissing, live_secrets, lock_source, source_named, sources
from tutoring.queries.summaries import (
    OpenStep,
    StepMissing,
    SummaryMissing,
    awaiting_summary,
    open_steps,
    own_summary,
    reference_of,
    step_of,
    summaries_of,
    summary_of,
    to_summarise,
    version_of,
)

__all__ = [
    "SECRETS",
    "OpenStep",
    "SourceMissing",
    "StepMissing",
    "SummaryMissing",
    "awaiting_summary",
    "live_secrets",
    "lock_source",
    "open_steps",
    "own_summary",
    "reference_of",
    "source_named",
    "sources",
    "step_of",
    "summaries_of",
    "summary_of",
    "to_summarise",
    "version_of",
]
