"""Embeddings that cost money, in the same ledger and under the same limits as everything else that does."""

import time
import uuid
from collections.abc import Sequence

import numpy as np
import structlog

from microcred.ai import providers
from microcred.ai.base import PaidEmbedder, ProviderError, Vectors
from scoring.calls import ledger
from scoring.calls.limits import assessment_limit, month_limit
from scoring.calls.outgoing import Outgoing, Payer
from scoring.enums import CallPurpose


class AccountedEmbedder:
    """An embedder whose every request is reserved before and settled after; the texts themselves are not kept.

    The assessment that pays is the one whose job is under way; what is embedded of the catalog, or to look ahead,
    is nobody's.
    """

    def __init__(self, inner: PaidEmbedder) -> None:
        self.inner = inner

    @property
    def provider(self) -> str:
        """Short name of the provider."""
        return self.inner.provider

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.inner.model

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self.inner.dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), rows of unit length.

        Raises:
            ProviderError: from the provider; of kind ``budget`` where there is no money left for a request.
        """
        size = self.inner.most_texts
        made = [self._request(texts[start : start + size]) for start in range(0, len(texts), size)]
        return np.concatenate(made) if made else np.zeros((0, self.dimension), np.float32)

    def _request(self, texts: Sequence[str]) -> Vectors:
        try:
            call = ledger.reserve(self._outgoing(texts), payer=_payer())
        except ledger.BudgetExceeded as error:
            message = f"no money is left for embeddings in the limit of the {error.limit}"
            raise ProviderError(message, retryable=False, kind="budget") from error
        started = time.monotonic()
        try:
            reply = self.inner.request(texts)
        except ProviderError as error:
            ledger.settle_failure(call, error.kind, latency_ms=round((time.monotonic() - started) * 1000))
            raise
        ledger.settle_embedding(call, reply)
        return reply.vectors

    def _outgoing(self, texts: Sequence[str]) -> Outgoing:
        limited = bool(month_limit() or assessment_limit())
        return Outgoing(
            purpose=CallPurpose.EMBEDDING,
            reading=1,
            provider=self.provider,
            host=providers.chat_host(),
            model=self.model,
            prompt_version="",
            prompt_sha256="",
            prompt="\n".join(texts),
            answers=(),
            texts=len(texts),
            highest_microcents=providers.highest_embedding_cost(
                self.model, texts=texts, assume_price=limited
            ),
        )


def _payer() -> Payer:
    """Return the work under way, as the worker that does it has bound it to everything that it says."""
    context = structlog.contextvars.get_contextvars()
    assessment, job = context.get("assessment_id"), context.get("job_id")
    return Payer(
        assessment_id=uuid.UUID(assessment) if assessment else None,
        job_id=uuid.UUID(job) if job else None,
        correlation_id=str(context.get("correlation_id", "")),
    )
