"""Sessions and summaries for tests."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from tests.factories.accounts import UserFactory
from tutoring.enums import Author, Outcome, SummaryStatus
from tutoring.models import SessionSummary, SessionTranscript, SummaryVersion, TutoringSource

NOW = dt.datetime(2026, 3, 12, 16, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def line(number: int, text: str, speaker: str = "tutor") -> dict[str, Any]:
    """A line that a summary cites."""
    return {"number": number, "speaker": speaker, "text": text}


def step(number: int, text: str, *, skill: str | None = "sql", said_by: str = "tutor") -> dict[str, Any]:
    """A next step."""
    return {"number": number, "text": text, "said_by": said_by, "lines": [1], "skill": skill}


class TutoringSourceFactory(DjangoModelFactory[TutoringSource]):
    """A tutoring system."""

    class Meta:
        model = TutoringSource

    name = factory.Sequence(lambda number: f"Tutoring system {number}")


class WaitingSummaryFactory(DjangoModelFactory[SessionSummary]):
    """A session that waits for its summary."""

    class Meta:
        model = SessionSummary

    source = factory.SubFactory(TutoringSourceFactory)
    webhook_id = factory.Sequence(lambda number: f"msg_{number}")
    body_sha256 = "0" * 64
    user = factory.SubFactory(UserFactory)
    session_id = factory.Sequence(lambda number: f"session-{number}")
    started_at = NOW - HOUR
    ended_at = NOW
    received_at = NOW


class SummaryFactory(WaitingSummaryFactory):
    """A session that has its summary."""

    status = SummaryStatus.READY
    settled_at = NOW
    skills = ["sql"]


class SessionTranscriptFactory(DjangoModelFactory[SessionTranscript]):
    """What was said."""

    class Meta:
        model = SessionTranscript

    summary = factory.SubFactory(WaitingSummaryFactory)
    said = "Tutor: Today we look at joins."
    received_at = NOW


class SummaryVersionFactory(DjangoModelFactory[SummaryVersion]):
    """What a summary says."""

    class Meta:
        model = SummaryVersion

    summary = factory.SubFactory(SummaryFactory)
    number = 1
    outcome = Outcome.SUMMARISED
    author = Author.EXTRACT
    narrative = [{"text": "In this session tutor and student worked on SQL.", "lines": [1]}]
    topics = [{"skill": "sql", "name": "SQL", "share": 0.75, "lines": [1, 2, 3]}]
    steps = factory.LazyFunction(list)
    lines = factory.LazyFunction(list)
    made_at = NOW
