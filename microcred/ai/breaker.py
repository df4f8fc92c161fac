"""A circuit breaker: a provider that keeps failing is left alone for a while, so that work degrades at once.

Closed: calls pass; ``threshold`` failures in a row open it. Open: calls are refused for ``pause`` seconds.
Then half-open: one call may probe, the others are still refused; its success closes the breaker, its
failure opens it again (Nygard, Release It!, 2nd edition, chapter 5).
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import structlog

from microcred.ai.base import ChatModel, ChatReply, EmbeddingReply, PaidEmbedder, ProviderError, Vectors
from microcred.tracing import span

log = structlog.get_logger(__name__)
_is_beside_another: Final[ContextVar[bool]] = ContextVar("is_beside_another", default=False)


@contextmanager
def not_counting_failures() -> Iterator[None]:
    """Count no failure of the calls made inside: they go side by side with one that tells the same of the provider."""
    token = _is_beside_another.set(True)
    try:
        yield
    finally:
        _is_beside_another.reset(token)


@dataclass(frozen=True, slots=True)
class Circuit:
    """Failures in a row, and until when calls are refused (a clock's reading; None while closed)."""

    failures: int = 0
    refused_until: float | None = None


class CircuitStore(Protocol):
    """Where circuits live; a shared store makes every process of a deployment see the same breaker."""

    def change(self, name: str, transition: Callable[[Circuit], Circuit]) -> tuple[Circuit, Circuit]:
        """Replace the circuit by ``transition(circuit)``, atomically; return it before and after."""
        ...


class MemoryStore:
    """Circuits of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._circuits: dict[str, Circuit] = {}

    def change(self, name: str, transition: Callable[[Circuit], Circuit]) -> tuple[Circuit, Circuit]:
        """Replace the circuit by ``transition(circuit)``, atomically; return it before and after."""
        with self._lock:
            before = self._circuits.get(name, Circuit())
            after = self._circuits[name] = transition(before)
        return before, after


class Breaker:
    """Guards the calls to the provider ``name``; ``clock`` returns seconds and never goes back."""

    def __init__(
        self,
        name: str,
        *,
        clock: Callable[[], float],
        store: CircuitStore,
        threshold: int = 5,
        pause: float = 30.0,
    ) -> None:
        self.name = name
        self._clock = clock
        self._store = store
        self._threshold = threshold
        self._pause = pause

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run one call; raise ProviderError of kind ``circuit_open`` instead while the breaker is open.

        A refusal, a truncated reply or a bad request shows that the provider answers, so it counts as a
        success. An exception that is not a ProviderError counts as a failure: what caused it is unknown.
        """
        self._admit()
        try:
            with span():
                yield
        except ProviderError as error:
            if error.means_unhealthy:
                self._failed(error.kind)
            else:
                self._succeeded()
            raise
        except BaseException as error:
            self._failed(type(error).__name__)
            raise
        self._succeeded()

    def _admit(self) -> None:
        now = self._clock()

        def probe(circuit: Circuit) -> Circuit:
            # Refusing the others for a pause from now makes this caller the only probe, and lets another
            # one probe if this caller dies and never reports.
            if circuit.refused_until is not None and circuit.refused_until <= now:
                return replace(circuit, refused_until=now + self._pause)
            return circuit

        before, _ = self._store.change(self.name, probe)
        if before.refused_until is not None and before.refused_until > now:
            raise ProviderError(
                f"{self.name} is not called: it failed {before.failures} times in a row",
                retryable=True,
                retry_after=before.refused_until - now,
                kind="circuit_open",
            )

    def _failed(self, kind: str) -> None:
        if _is_beside_another.get():
            return
        now = self._clock()

        def count(circuit: Circuit) -> Circuit:
            failures = circuit.failures + 1
            opens = failures >= self._threshold
            return Circuit(failures, now + self._pause if opens else None)

        _, after = self._store.change(self.name, count)
        if after.refused_until is not None:
            log.warning("ai.circuit_open", provider=self.name, failures=after.failures, kind=kind)

    def _succeeded(self) -> None:
        before, _ = self._store.change(self.name, lambda _: Circuit())
        if before.refused_until is not None:
            log.info("ai.circuit_closed", provider=self.name)


@dataclass(frozen=True, slots=True)
class GuardedChat:
    """A chat model behind a breaker."""

    inner: ChatModel
    breaker: Breaker

    @property
    def provider(self) -> str:
        """Short name of the provider."""
        return self.inner.provider

    @property
    def model(self) -> str:
        """Name of the model that scores."""
        return self.inner.model

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
        """Answer as the inner model does, unless the breaker is open. Raises ProviderError."""
        with self.breaker.guard():
            return self.inner.complete(
                system=system,
                user=user,
                schema_name=schema_name,
                schema=schema,
                task=task,
                max_tokens=max_tokens,
            )


@dataclass(frozen=True, slots=True)
class GuardedEmbedder:
    """An embedder behind a breaker."""

    inner: PaidEmbedder
    breaker: Breaker

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
        """Embed as the inner model does, unless the breaker is open. Raises ProviderError."""
        with self.breaker.guard():
            return self.inner.embed(texts)

    @property
    def most_texts(self) -> int:
        """How many texts fit into one request."""
        return self.inner.most_texts

    def request(self, texts: Sequence[str]) -> EmbeddingReply:
        """Make one request as the inner model does, unless the breaker is open. Raises ProviderError."""
        with self.breaker.guard():
            return self.inner.request(texts)
