"""Background work on batches: handing them in, asking after them until they are over, and taking the answers."""

import datetime as dt
import uuid
from typing import Final

import structlog
from django.conf import settings
from django.utils import timezone

from microcred.ai import providers
from microcred.ai.base import BatchModel, BatchState, ProviderError
from ops.jobs import Claim, RetryLater, enqueue
from scoring.calls import batches
from scoring.calls.ledger import MAYBE_CHARGED
from scoring.models import ModelBatch
from scoring.oversight import rereading

log = structlog.get_logger(__name__)

ASK: Final = "scoring.ask_batch"


def send(claim: Claim) -> None:
    """Hand a batch to the provider; one that the provider does not take is over, and another can be ordered."""
    batch, model = _batch(claim), providers.batches()
    if model is None:
        _end(claim, batch, batches.REFUSED, "no provider is set up")
        return
    try:
        batches.send(batch, model)
    except ProviderError as error:
        if error.retryable and not claim.is_last_attempt:
            raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
        taken = error.kind in MAYBE_CHARGED
        _end(claim, batch, batches.LOST if taken else batches.REFUSED, batches.explain(error))
        return
    with claim.finish():
        _ask_next(batch.pk, 1)


def lose(claim: Claim) -> None:
    """End a batch of which nobody knows whether the provider has it, after a job that killed its worker too often."""
    _end(claim, _batch(claim), batches.LOST, "the workers that sent it died")


def ask(claim: Claim) -> None:
    """Ask how a batch stands: if it is over, take its answers, else ask again later."""
    batch, model = _batch(claim), providers.batches()
    try:
        state = batches.ask(batch, model) if model else None
        if model is None or state is None or not state.is_over:
            _go_on(claim, batch)
            return
        batches.collect(batch, state, model, check=rereading.flaw_of)
    except ProviderError as error:
        if error.retryable and not claim.is_last_attempt:
            raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
        log.warning("model_batch_not_read", batch_id=str(batch.pk), kind=error.kind)
        _go_on(claim, batch)
        return
    _end(claim, batch, state.status, ", ".join(state.errors))
    _forget(batch, state, model)


def ask_later(claim: Claim) -> None:
    """Go on asking after jobs that failed too often, until the batch is overdue."""
    _go_on(claim, _batch(claim))


def _go_on(claim: Claim, batch: ModelBatch) -> None:
    if batches.is_overdue(batch, timezone.now()):
        _end(claim, batch, batches.LOST, "nothing was heard of it in time")
        return
    with claim.finish():
        _ask_next(batch.pk, int(claim.payload["number"]) + 1)


def _ask_next(batch_id: uuid.UUID, number: int) -> None:
    enqueue(
        ASK,
        payload={"batch_id": str(batch_id), "number": number},
        run_at=timezone.now() + dt.timedelta(seconds=settings.MODEL_BATCH_POLL_SECONDS),
        unique_key=f"batch:{batch_id}:ask:{number}",
    )


def _end(claim: Claim, batch: ModelBatch, outcome: str, detail: str) -> None:
    with claim.finish():
        batches.end(batch.pk, outcome, detail=detail)


def _forget(batch: ModelBatch, state: BatchState, model: BatchModel) -> None:
    """Have the provider delete what it was sent; that it may fail to is noted, the batch is over all the same."""
    try:
        model.forget(state)
    except ProviderError as error:
        log.warning("model_batch_files_left", batch_id=str(batch.pk), kind=error.kind)


def _batch(claim: Claim) -> ModelBatch:
    return ModelBatch.objects.get(pk=uuid.UUID(claim.payload["batch_id"]))
