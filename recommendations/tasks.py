"""Background work of recommendations."""

import time
from typing import Final

import structlog
from django.utils import timezone

from assessments import queries as assessment_queries
from assessments import services as assessments
from assessments.enums import Stage
from assessments.queries import Subject
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError
from ops.jobs import Claim, RetryLater, enqueue
from recommendations import drafting, services
from recommendations.drafting import Basis, Findings

log = structlog.get_logger(__name__)

# What one job embeds, so that it ends well within its time limit on a slow core.
PASSAGES_A_JOB: Final = 1024


def recommend(claim: Claim) -> None:
    """Work out a recommendation run for an assessment that has been scored, and complete it.

    A search that fails is tried again with backoff; at the last attempt the run goes without and the
    result is degraded.
    """
    subject = _subject(claim)
    assessments.advance(assessment_id=subject.assessment_id, stage=Stage.RETRIEVAL)
    basis = drafting.prepare(subject)
    started = time.monotonic()
    findings = _search(claim, basis)
    rag_latency_ms = round((time.monotonic() - started) * 1000)
    claim.ensure_held()
    assessments.advance(assessment_id=subject.assessment_id, stage=Stage.RECOMMENDING)
    draft = drafting.conclude(basis, findings, rag_latency_ms=rag_latency_ms)
    with claim.finish():
        services.store(assessment_id=subject.assessment_id, draft=draft, now=timezone.now())


def give_up_recommending(claim: Claim) -> None:
    """Complete the assessment without recommendations when no attempt came to an end."""
    subject = _subject(claim)
    draft = drafting.without_recommendations(drafting.prepare(subject))
    with claim.finish():
        services.give_up(assessment_id=subject.assessment_id, draft=draft, now=timezone.now())


def embed_catalog(claim: Claim) -> None:
    """Bring the catalog's vectors up to date, a bounded number at a time; the rest is another job."""
    counts = services.refresh_embeddings(embedder=providers.embedder(), limit=PASSAGES_A_JOB)
    with claim.finish():
        if counts.waiting:
            enqueue("recommendations.embed")


def _search(claim: Claim, basis: Basis) -> Findings | None:
    try:
        return drafting.search(basis, providers.embedder())
    except ProviderError as error:
        if error.retryable and not claim.is_last_attempt:
            raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
        log.warning("search_left_out", kind=error.kind)
    except EmbedderError as error:
        log.error("search_left_out", kind="embedder", reason=str(error))
    return None


def _subject(claim: Claim) -> Subject:
    if claim.assessment_id is None:
        raise ValueError("a recommendation job names its assessment")
    return assessment_queries.subject(claim.assessment_id)
