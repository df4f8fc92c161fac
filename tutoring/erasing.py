"""Erasing what was said in a person's sessions, and what was made of it."""

import uuid

from tutoring.models import SessionSummary, SessionTranscript, SummaryVersion


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's summaries with all their versions and transcripts."""
    of_theirs = {"summary__user": person_id}
    return {
        "session_transcripts": SessionTranscript.objects.filter(**of_theirs).delete()[0],
        "session_summary_versions": SummaryVersion.objects.filter(**of_theirs).delete()[0],
        "session_summaries": SessionSummary.objects.filter(user=person_id).delete()[0],
    }
