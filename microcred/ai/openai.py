"""Chat and embeddings over the openai SDK, for OpenAI and every compatible server."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import structlog

from microcred.ai.base import ChatReply, EmbeddingReply, ProviderError, Vectors
from microcred.ai.openai_replies import (
    Completion,
    read_completion,
    read_embeddings,
    status_error,
)
from microcred.ai.prices import PriceTable
from microcred.ai.transport import BoundedClient, Call, EncodedReplyError, ReplyTooLargeError, Response

log = structlog.get_logger(__name__)

PROVIDER = "openai"
MAX_REPLY_BYTES = 1_000_000
EMBEDDING_DIMENSION = 384
# A token covers at least one byte, so a text cut to the model's 8,191 tokens in bytes always fits; it is
# still five times what the local model reads. 32 such texts stay under the 300,000 tokens of a request.
MAX_EMBEDDING_BYTES = 8_191
EMBEDDING_BATCH = 32
# Reasoning models take no temperature and count their hidden tokens in max_completion_tokens.
REASONING_MODEL = re.compile(r"^(o\d|gpt-5)")


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


class OpenAIChat:
    """Chat completions with a strict JSON schema; ``models`` names a model for each task."""

    def __init__(self, server: OpenAIServer, *, models: Mapping[str, str], prices: PriceTable) -> None:
        self._server = server
        self._models = models
        self._prices = prices
        self.provider = PROVIDER
        self.model = models["scoring"]

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema_name: str,
        schema: Mapping[str, Any],
        task: str,
        max_tokens: int,
    ) -> ChatReply:
        """Answer ``user`` with JSON of ``schema``; see ChatModel. Raises ProviderError."""
        model = self._models.get(task, self.model)
        request = chat_request(
            model=model,
            system=system,
            user=user,
            schema_name=schema_name,
            schema=schema,
            max_tokens=max_tokens,
        )
        started = time.monotonic()
        with self._server.call():
            # What the SDK's own method adds is to walk through prompt and schema and change nothing.
            raw = self._server.sdk.post("/chat/completions", cast_to=Response, body=request)
        completion = read_completion(
            raw.content, prompt_characters=len(system) + len(user), asked_model=model
        )
        milliseconds = round((time.monotonic() - started) * 1000)
        reply = priced(completion, self._prices, asked_model=model, latency_ms=milliseconds)
        log_chat(task, reply, raw.headers.get("x-request-id"))
        return reply


def chat_request(
    *, model: str, system: str, user: str, schema_name: str, schema: Mapping[str, Any], max_tokens: int
) -> dict[str, Any]:
    """Return the body of a request for a chat completion."""
    return {
        "model": model,
        "messages": [_message("system", system), _message("user", user)],
        "response_format": _strict_json(schema_name, schema),
        **_limit(model, max_tokens),
        **sampling(model),
    }


def priced(completion: Completion, prices: PriceTable, *, asked_model: str, latency_ms: int) -> ChatReply:
    """Return a completion with its cost, which is 0 for a model without a price."""
    usage = completion.usage
    price = prices.find(completion.model, asked_model)
    if price is None:
        log.warning("ai.price_unknown", model=completion.model)
    return ChatReply(
        content=completion.content,
        model=completion.model,
        input_tokens=usage.input,
        output_tokens=usage.output,
        latency_ms=latency_ms,
        cost_microcents=price.microcents(
            input_tokens=usage.input, output_tokens=usage.output, cached_tokens=usage.cached
        )
        if price
        else 0,
        finish_reason=completion.finish_reason,
        usage_reported=usage.reported,
        price_known=price is not None,
    )


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


def log_chat(task: str, reply: ChatReply, provider_request: str | None) -> None:
    """Log what a chat took, under the provider's own name for the request."""
    log.info(
        "ai.chat",
        task=task,
        model=reply.model,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        cost_microcents=reply.cost_microcents,
        latency_ms=reply.latency_ms,
        provider_request=provider_request,
    )


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


def _strict_json(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": dict(schema)}}


def sampling(model: str) -> dict[str, float]:
    """Return how a model is to choose its words: always the likeliest, where it can be told."""
    return {} if REASONING_MODEL.match(model) else {"temperature": 0.0}


def sendable(text: str) -> str:
    """Return a text without lone surrogates, which a student's answer may contain, and which cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _limit(model: str, max_tokens: int) -> dict[str, int]:
    return {"max_completion_tokens" if REASONING_MODEL.match(model) else "max_tokens": max_tokens}


def _message(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": sendable(text)}


def _fit(text: str) -> str:
    # The API refuses an empty text, while an empty field of a record still needs some vector.
    cut = text.encode("utf-8", "replace")[:MAX_EMBEDDING_BYTES].decode("utf-8", "ignore")
    return cut if cut.strip() else " "


def _broken_off(*, late: bool) -> ProviderError:
    if late:
        return ProviderError("no complete reply in time", retryable=True, kind="timeout")
    return ProviderError("the connection failed", retryable=True, kind="connection")
