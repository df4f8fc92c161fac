"""Reading summaries, and who tells of sessions."""

from tutoring.queries.overrides import overrides_visible_to
from tutoring.queries.sources import SECRETS, SourceMissing, live_secrets, lock_source, source_named, sources
from tutoring.queries.summaries import (
    HeldTranscript,
    OpenStep,
    StepMissing,
    SummaryMissing,
    awaiting_summary,
    open_steps,
    own_summary,
    reference_of,
    step_of,
    summaries_of,
    summaries_visible_to,
    summary_of,
    to_summarise,
    transcript_of,
    version_of,
    visible_summary,
)

__all__ = [
    "SECRETS",
    "HeldTranscript",
    "OpenStep",
    "SourceMissing",
    "StepMissing",
    "SummaryMissing",
    "awaiting_summary",
    "live_secrets",
    "lock_source",
    "open_steps",
    "overrides_visible_to",
    "own_summary",
    "reference_of",
    "source_named",
    "sources",
    "step_of",
    "summaries_of",
    "summaries_visible_to",
    "summary_of",
    "to_summarise",
    "transcript_of",
    "version_of",
    "visible_summary",
]
