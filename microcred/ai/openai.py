"""A server that speaks OpenAI's API, over the openai SDK, and its embeddings."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import structlog

from microcred.ai.base import EmbeddingReply, ProviderError, Vectors
from microcred.ai.openai_replies import read_embeddings, status_error
from microcred.ai.prices import PriceTable
from microcred.ai.transport import BoundedClient, Call, EncodedReplyError, ReplyTooLargeError

log = structlog.get_logger(__name__)

PROVIDER = "openai"
MAX_REPLY_BYTES = 1_000_000
EMBEDDING_DIMENSION = 384
# A token covers at least one byte, so a text cut to the model's 8,191 tokens in bytes always fits; it is
# still five times what the local model reads. 32 such texts stay under the 300,000 tokens of a request.
MAX_EMBEDDING_BYTES = 8_191
EMBEDDING_BATCH = 32


class OpenAIServer:
    """A server that speaks OpenAI's API; empty ``base_url`` means OpenAI itself.

    A call takes at most ``timeout`` + ``connect_timeout`` seconds and is never repeated here: when to retry
    is the job's decision.
    """

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str = "",
        timeout: float = 20,
        connect_timeout: float = 3,
        max_reply_bytes: int = MAX_REPLY_BYTES,
    ) -> None:
        import openai

        self._limit = max_reply_bytes
        self._bounds = BoundedClient(
            timeout=timeout, connect_timeout=connect_timeout, max_reply_bytes=max_reply_bytes
        )
        self.sdk = openai.OpenAI(
            api_key=api_key,
            base_url=base_url or None,
            timeout=self._bounds.http.timeout,
            max_retries=0,
            http_client=self._bounds.http,
        )

    @contextmanager
    def call(self) -> Iterator[Call]:
        """Run one request under the deadline; raises ProviderError for whatever the SDK raises."""
        import openai

        with self._bounds.deadline() as call:
            try:
                yield call
            except openai.APIStatusError as error:
                raise status_error(error.status_code, error.response.headers, error.code) from error
            except openai.APIConnectionError as error:
                late = call.expired or isinstance(error, openai.APITimeoutError)
                raise _broken_off(late=late) from error
            except ReplyTooLargeError as error:
                message = f"the reply has more than {self._limit} bytes"
                raise ProviderError(message, retryable=False, kind="too_large") from error
            except EncodedReplyError as error:
                raise ProviderError("the reply is compressed", retryable=False, kind="bad_reply") from error

    def close(self) -> None:
        """Release the client; it cannot be used afterwards."""
        self.sdk.close()


class OpenAIEmbedder:
    """Embeddings of ``dimension`` numbers; a text longer than the model reads is cut at its end."""

    def __init__(
        self,
        server: OpenAIServer,
        *,
        model: str,
        prices: PriceTable,
        dimension: int = EMBEDDING_DIMENSION,
    ) -> None:
        self._server = server
        self._prices = prices
        self.provider = PROVIDER
        self.model = model
        self.dimension = dimension

    @property
    def most_texts(self) -> int:
        """How many texts fit into one request."""
        return EMBEDDING_BATCH

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), rows of unit length. Raises ProviderError."""
        batches = [
            self.request(texts[start : start + EMBEDDING_BATCH]).vectors
            for start in range(0, len(texts), EMBEDDING_BATCH)
        ]
        return np.concatenate(batches) if batches else np.zeros((0, self.dimension), np.float32)

    def request(self, texts: Sequence[str]) -> EmbeddingReply:
        """Embed at most ``most_texts`` texts in one request. Raises ProviderError."""
        inputs = [_fit(text) for text in texts]
        started = time.monotonic()
        with self._server.call():
            raw = self._server.sdk.embeddings.with_raw_response.create(
                model=self.model, input=inputs, dimensions=self.dimension, encoding_format="base64"
            )
        vectors, usage = read_embeddings(
            raw.http_response.content,
            count=len(inputs),
            dimension=self.dimension,
            prompt_characters=sum(map(len, inputs)),
        )
        price = self._prices.find(self.model)
        reply = EmbeddingReply(
            vectors=vectors,
            input_tokens=usage.input,
            latency_ms=round((time.monotonic() - started) * 1000),
            cost_microcents=price.microcents(input_tokens=usage.input) if price else 0,
            usage_reported=usage.reported,
            price_known=price is not None,
        )
        _log_embedding(self.model, len(inputs), reply, raw.request_id)
        return reply


def _log_embedding(model: str, count: int, reply: EmbeddingReply, provider_request: str | None) -> None:
    log.info(
        "ai.embedding",
        model=model,
        count=count,
        input_tokens=reply.input_tokens,
        cost_microcents=reply.cost_microcents,
        price_known=reply.price_known,
        provider_request=provider_request,
    )


def _fit(text: str) -> str:
    # The API refuses an empty text, while an empty field of a record still needs some vector.
    cut = text.encode("utf-8", "replace")[:MAX_EMBEDDING_BYTES].decode("utf-8", "ignore")
    return cut if cut.strip() else " "


def _broken_off(*, late: bool) -> ProviderError:
    if late:
        return ProviderError("no complete reply in time", retryable=True, kind="timeout")
    return ProviderError("the connection failed", retryable=True, kind="connection")
