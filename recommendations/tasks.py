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
from ops.queries import began_after_another
from recommendations import drafting, healing, queries, services, what_if_search, wording
from recommendations.drafts import Draft
from recommendations.enums import Origin
from recommendations.models import Recommendation
from recommendations.names import Names
from recommendations.run_inputs import Basis
from recommendations.searching import Findings
from recommendations.wording import WordingContext
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
    draft = _work_out(claim, subject)
    with claim.finish():
        _store(subject, draft)


def heal(claim: Claim) -> None:
    """Work a result out anew that went without a part; one that would lack as much as before stays as it is."""
    subject = _subject(claim)
    standing = queries.computed(subject.assessment_id)
    lacked = healing.HEALABLE & set(standing.missing) if standing else frozenset()
    if not lacked:
        return
    draft = _work_out(claim, subject, finds_out=True)
    if set(draft.missing) < lacked:
        with claim.finish():
            _store(subject, draft)


def _work_out(claim: Claim, subject: Subject, *, finds_out: bool = False) -> Draft:
    """Return the run in words; ``finds_out`` asks a model too that was silent a moment ago."""
    basis = drafting.prepare(subject)
    started = time.monotonic()
    findings = _search(claim, basis)
    rag_latency_ms = round((time.monotonic() - started) * 1000)
    claim.ensure_held()
    assessments.advance(assessment_id=subject.assessment_id, stage=Stage.RECOMMENDING)
    ranked = drafting.conclude(basis, findings, rag_latency_ms=rag_latency_ms)
    worded = wording.put_into_words(ranked, _means(claim, basis, findings, finds_out=finds_out))
    return replace(worded, metrics=drafting.metrics(basis, rag_latency_ms))


def _store(subject: Subject, draft: Draft) -> None:
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
    # What would change a list that a person put together is not worked out.
    if not run.effective or run.origin == Origin.PERSON:
        return
    went_without = MissingPart.RETRIEVAL in run.missing
    try:
        explored = what_if_search.explore(run, embedder=None if went_without else providers.embedder())
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
    """Bring the catalog's vectors up to date, a bounded number at a time; the rest is another job.

    Of several that were taken in the same moment the first does it all: the others would embed, and pay for, the same.
    """
    if began_after_another(claim.kind, claim.job_id):
        return
    counts = services.refresh_active_index(
        embedder=providers.embedder(), now=timezone.now(), limit=PASSAGES_A_JOB
    )
    with claim.finish():
        # One that got nowhere would be followed by the like for ever.
        if counts.waiting and counts.embedded:
            enqueue("recommendations.embed")


def _search(claim: Claim, basis: Basis) -> Findings | None:
    try:
        return drafting.search(basis, providers.embedder())
    except ProviderError as error:
        # What is waited for in vain is not waited for again: the result is to be there within a minute.
        is_enough = error.kind == "timeout" or error.asks_for_too_long or claim.is_last_attempt
        if error.retryable and not is_enough:
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


def _means(claim: Claim, basis: Basis, findings: Findings | None, *, finds_out: bool) -> WordingContext:
    """What the run is put into words with; what it went without, the words go without."""
    titles = Names.of(basis.known.offers.titles)
    model = scoring.words_model(basis.subject.assessment_id, job_id=claim.job_id, attempt=claim.attempt)
    # Another wait for a model that keeps silent would take the result past a minute.
    is_away = model is not None and not finds_out and scoring.model_is_away(now=timezone.now())
    if findings is None or findings.vectors is None:
        return WordingContext(titles=titles, model=model, is_away=is_away)
    wanted = {query.skill_key: vector for query, vector in zip(findings.asked, findings.vectors, strict=True)}
    return WordingContext(
        titles=titles, wanted=wanted, embedder=providers.embedder(), model=model, is_away=is_away
    )


def _subject(claim: Claim) -> Subject:
    if claim.assessment_id is None:
        raise ValueError("a recommendation job names its assessment")
    return assessment_queries.subject(claim.assessment_id)
