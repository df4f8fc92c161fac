"""Background work of tutoring."""

import uuid
from typing import Any

from django.utils import timezone

from catalog.skill_texts import skill_texts
from microcred.ai import providers
from microcred.ai.base import ProviderError
from ops.jobs import Claim, RetryLater
from scoring.services import summaries_model, writer_by
from tutoring import queries, services
from tutoring.enums import Failure
from tutoring.fetching import NotFetched, fetch
from tutoring.model_narrative import SummaryModel, without_names
from tutoring.models import SessionSummary
from tutoring.summarizing import Draft, SummarizingContext
from tutoring.summarizing import summarize as summarised
from tutoring.transcripts import People, UnreadableTranscript, read


def summarize(claim: Claim) -> None:
    """Summarise a session; what fails for the moment is tried again."""
    summary = queries.to_summarise(uuid.UUID(claim.payload["summary_id"]))
    if summary is None:
        return
    try:
        said = _said(summary)
        draft = _drafted(claim, summary, said)
    except NotFetched as error:
        if error.retryable:
            raise RetryLater(error.failure.value) from error
        _fail(claim, error.failure)
        return
    except UnreadableTranscript:
        _fail(claim, Failure.UNREADABLE)
        return
    with claim.finish():
        services.keep(summary_id=summary.pk, draft=draft, now=timezone.now())


def give_up(claim: Claim) -> None:
    """Say that there is no summary, and why."""
    summary = queries.to_summarise(uuid.UUID(claim.payload["summary_id"]))
    to_fetch = summary is not None and hasattr(summary, "transcript") and summary.transcript.url
    _fail(claim, Failure.UNREACHABLE if to_fetch else Failure.UNAVAILABLE)


def _said(summary: SessionSummary) -> str | list[dict[str, Any]] | None:
    if not hasattr(summary, "transcript"):
        raise NotFetched(Failure.UNAVAILABLE, retryable=False)
    held = summary.transcript
    said: str | list[dict[str, Any]] | None = held.said
    if said is None and held.url:
        said = fetch(held.url)
        # At once: the address may be good for one time, and what follows may fail.
        services.keep_transcript(summary_id=summary.pk, said=said)
    return said


def _drafted(claim: Claim, summary: SessionSummary, said: str | list[dict[str, Any]] | None) -> Draft:
    lines = read(said, People(summary.tutor, summary.user.name))
    try:
        return summarised(
            lines, SummarizingContext(providers.local_embedder(), skill_texts(), _teller(claim, summary))
        )
    except ProviderError as error:
        raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error


def _teller(claim: Claim, summary: SessionSummary) -> SummaryModel | None:
    """The model that may tell of a session, and what takes both names out of its lines."""
    student = summary.user
    model = summaries_model(student, job_id=claim.job_id, attempt=claim.attempt)
    if model is None:
        return None
    writer = writer_by(student, with_whom=summary.tutor)
    return SummaryModel(
        model, without_names(lambda text: writer.redacted(text).text, student.name, summary.tutor)
    )


def _fail(claim: Claim, failure: Failure) -> None:
    with claim.finish():
        services.fail(summary_id=uuid.UUID(claim.payload["summary_id"]), failure=failure, now=timezone.now())
