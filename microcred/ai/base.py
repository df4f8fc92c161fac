"""What a model provider is: the protocols, what a call returns and how it fails."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# A provider may ask for any wait; background work does not wait longer than this for one attempt.
LONGEST_WAIT_SECONDS = 300.0
# A student's result does not wait for one that asks for more than this: it goes without, and heals later.
PATIENCE_SECONDS = 10.0

FailureKind = Literal[
    "timeout",  # no complete reply within the deadline
    "connection",  # refused, reset, cut off in the middle
    "rate_limit",  # 429, see retry_after
    "quota",  # 429 because the account is out of credit: waiting does not help
    "server",  # 5xx
    "auth",  # 401, 403
    "bad_request",  # any other 4xx or a redirect
    "refusal",  # the model or a content filter declined
    "truncated",  # max_tokens reached, the content is incomplete
    "empty",  # a well-formed reply without content
    "bad_reply",  # 200, but not the JSON of this API
    "too_large",  # more bytes than a reply may have
    "bad_vectors",  # wrong count or dimension, not finite or zero
    "circuit_open",  # not called, because the provider failed repeatedly
    "budget",  # not called, because it could cost more than is left
    "in_progress",  # not called, because somebody else is asking the very same
    "expired",  # a request of a batch that was not answered within the batch's time
    "cancelled",  # a request of a batch that was called off
    "not_sent",  # a request of a batch that the provider never took
]


class ProviderError(Exception):
    """A call to a model provider did not give a usable reply.

    ``retryable`` says whether the same call may succeed later; ``retry_after`` is the wait in seconds the
    provider asked for. The message holds no prompt, reply or key, so it may be logged and stored.
    """

    def __init__(
        self, message: str, *, retryable: bool, kind: FailureKind, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.kind: FailureKind = kind
        self.retry_after = retry_after

    @property
    def means_unhealthy(self) -> bool:
        """Whether the provider itself is at fault, in contrast to this one request."""
        return self.retryable or self.kind in {"auth", "quota"}

    @property
    def asks_for_too_long(self) -> bool:
        """Whether the provider asks for more time than a result has; an open breaker is waited for all the same."""
        return self.kind != "circuit_open" and (self.retry_after or 0.0) > PATIENCE_SECONDS

    def wait(self, *, attempt: int) -> dt.timedelta | None:
        """Return how long to wait after failure number ``attempt`` (from 1), None to back off as usual.

        An open breaker is waited for once: a provider that is still down after one pause degrades the result.
        """
        if self.retry_after is None or (self.kind == "circuit_open" and attempt > 1):
            return None
        return dt.timedelta(seconds=min(self.retry_after, LONGEST_WAIT_SECONDS))


class EmbedderError(RuntimeError):
    """The local embedder cannot be built or loaded; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ChatReply:
    """One complete reply of a chat model.

    ``content`` is the model's text: shaped by the requested schema if the provider keeps its promise, which
    the caller checks. ``cost_microcents`` counts millionths of a cent; it is 0 and ``price_known`` False for
    a model without a price. Without ``usage_reported`` the token counts are estimates (4 characters a token).
    """

    content: str
    model: str
    input_tokens: int
    output_tokens: int
    latency_ms: int
    cost_microcents: int
    finish_reason: str
    usage_reported: bool = True
    price_known: bool = True


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a ``model`` is asked; the rest is as for ``ChatModel.complete``."""

    model: str
    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    max_tokens: int


class ChatModel(Protocol):
    """A model that answers a prompt with JSON of a given schema."""

    @property
    def provider(self) -> str:
        """Short name of the provider, such as ``openai``."""
        ...

    @property
    def model(self) -> str:
        """Name of the model that scores; other tasks may use another, see ``ChatReply.model``."""
        ...

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
        """Answer ``user`` under the instructions ``system`` in at most ``max_tokens`` tokens.

        ``task``, such as ``scoring``, picks the model. Raises ProviderError.
        """
        ...


@dataclass(frozen=True, slots=True)
class BatchState:
    """How a batch stands at the provider; ``status`` is the provider's word, empty ids name no file.

    ``errors`` are the provider's codes for what was wrong with the batch as a whole.
    """

    batch_id: str
    status: str
    input_file: str = ""
    output_file: str = ""
    error_file: str = ""
    errors: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in {"completed", "failed", "expired", "cancelled"}


@dataclass(frozen=True, slots=True)
class BatchRequest(Prompt):
    """One chat of a batch, under a ``key`` of its own."""

    key: str


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What came of one request of a batch: a reply, or the error that it ended with."""

    key: str
    reply: ChatReply | None
    error: ProviderError | None


class BatchModel(Protocol):
    """A provider that answers many chats within a day, for less."""

    @property
    def provider(self) -> str:
        """Short name of the provider."""
        ...

    def start(self, requests: Iterable[BatchRequest], *, name: str) -> BatchState:
        """Hand the requests in as a batch that can be found by ``name``. Raises ProviderError."""
        ...

    def find(self, name: str) -> BatchState | None:
        """Return the batch of this name if the provider has it. Raises ProviderError."""
        ...

    def state(self, batch_id: str) -> BatchState:
        """Return how a batch stands. Raises ProviderError."""
        ...

    def answers(self, state: BatchState) -> Iterator[BatchAnswer]:
        """Return what came of a batch, in any order; what is unreadable is left out. Raises ProviderError."""
        ...

    def forget(self, state: BatchState) -> None:
        """Delete the batch's files at the provider. Raises ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddingReply:
    """The vectors of one request, float32 of shape (texts, dimension) and unit length, and what they took.

    Costs and their certainty are as in :class:`ChatReply`.
    """

    vectors: Vectors
    input_tokens: int
    latency_ms: int
    cost_microcents: int
    usage_reported: bool = True
    price_known: bool = True


class Embedder(Protocol):
    """A model that turns texts into vectors whose dot product is their similarity."""

    @property
    def provider(self) -> str:
        """``sentence-transformers`` or ``openai``."""
        ...

    @property
    def model(self) -> str:
        """Name of the model; vectors of different models must not be compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (len(texts), dimension), each row of unit length. Raises ProviderError.

        A row that is not of unit length belongs to a text that the model finds no direction for: see
        ``microcred.ai.vector_validation``.
        """
        ...


class PaidEmbedder(Embedder, Protocol):
    """An embedder whose requests cost money, made one by one."""

    @property
    def most_texts(self) -> int:
        """How many texts fit into one request."""
        ...

    def request(self, texts: Sequence[str]) -> EmbeddingReply:
        """Embed at most ``most_texts`` texts in one request. Raises ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddingKey:
    """What two vectors must have in common to be comparable."""

    provider: str
    model: str
    dimension: int

    @classmethod
    def of(cls, embedder: Embedder) -> "EmbeddingKey":
        """Return the key of every vector that ``embedder`` makes."""
        return cls(embedder.provider, embedder.model, embedder.dimension)
