"""Background work of recommendations."""

import time
from dataclasses import replace
from typing import Final

import structlog
from django.utils import timezone

from assessments import queries as assessment_queries
from assessments import services as assessments
from assessments.enums import MissingPart, Stage
from assessments.queries import Subject
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError
from ops.jobs import Claim, RetryLater, enqueue
from recommendations import drafting, exploring, queries, services, wording
from recommendations.basis import Basis
from recommendations.models import Recommendation
from recommendations.names import Names
from recommendations.searching import Findings
from recommendations.wording import Means
from scoring import services as scoring

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
    ranked = drafting.conclude(basis, findings, rag_latency_ms=rag_latency_ms)
    worded = wording.put_into_words(ranked, _means(claim, basis, findings))
    draft = replace(worded, metrics=drafting.metrics(basis, rag_latency_ms))
    with claim.finish():
        stored = services.store(assessment_id=subject.assessment_id, draft=draft, now=timezone.now())
        if draft.items:
            enqueue(
                "recommendations.explore",
                payload={"recommendation_id": str(stored.pk)},
                assessment_id=subject.assessment_id,
                unique_key=f"explore:{stored.pk}",
            )


def explore(claim: Claim) -> None:
    """Work out what would put another credential first; nobody waits for it, and the result goes without."""
    run = Recommendation.objects.get(pk=claim.payload["recommendation_id"])
    if not run.effective:
        return
    went_without = MissingPart.RETRIEVAL in run.missing
    try:
        explored = exploring.explore(run, embedder=None if went_without else providers.embedder())
    except ProviderError as error:
        if error.retryable and not claim.is_last_attempt:
            raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
        log.warning("what_if_left_out", kind=error.kind)
        return
    except (EmbedderError, queries.UnlikeVectors) as error:
        log.error("what_if_left_out", kind="embedder", reason=str(error))
        return
    with claim.finish():
        services.store_what_if(recommendation_id=run.pk, explored=explored, now=timezone.now())


def give_up_recommending(claim: Claim) -> None:
    """Complete the assessment without recommendations when no attempt came to an end."""
    subject = _subject(claim)
    draft = wording.put_into_words(drafting.without_recommendations(drafting.prepare(subject)))
    with claim.finish():
        services.give_up(assessment_id=subject.assessment_id, draft=draft, now=timezone.now())


def embed_catalog(claim: Claim) -> None:
    """Bring the catalog's vectors up to date, a bounded number at a time; the rest is another job."""
    counts = services.refresh_active_index(
        embedder=providers.embedder(), now=timezone.now(), limit=PASSAGES_A_JOB
    )
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
    except queries.UnlikeVectors as error:
        # After a switch, until this worker has been started anew with the new model.
        if not claim.is_last_attempt:
            raise RetryLater("unlike_vectors") from error
        log.error("search_left_out", kind="unlike_vectors", reason=error.message)
    except EmbedderError as error:
        log.error("search_left_out", kind="embedder", reason=str(error))
    return None


def _means(claim: Claim, basis: Basis, findings: Findings | None) -> Means:
    """What the run is put into words with; what it went without, the words go without."""
    titles = Names.of(basis.known.offers.titles)
    model = scoring.words_model(basis.subject.assessment_id, job_id=claim.job_id, attempt=claim.attempt)
    if findings is None or findings.vectors is None:
        return Means(titles=titles, model=model)
    wanted = {query.skill_key: vector for query, vector in zip(findings.asked, findings.vectors, strict=True)}
    return Means(titles=titles, wanted=wanted, embedder=providers.embedder(), model=model)


def _subject(claim: Claim) -> Subject:
    if claim.assessment_id is None:
        raise ValueError("a recommendation job names its assessment")
    return assessment_queries.subject(claim.assessment_id)
